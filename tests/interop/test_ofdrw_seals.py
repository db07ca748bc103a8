"""Seals of each generation, judged by ofdrw, by asn1crypto, and ofdrw's own judged here.

ofdrw 2.3.3 has classes for 2014 and 2020. A seal of 2025 without a time stamp has the form of 2020,
and is read as such; the form with one is read by asn1crypto with a declaration of its own, and
compared with the files that a later ofdrw made.
"""

from __future__ import annotations

import io
import zipfile
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from asn1crypto import core

import govseal
import tokens
from govseal import testing
from govseal.seal import codec
from govseal.seal.model import Extension, Seal
from ofdrw_world import SEAL_ID, SEAL_NAME, Ofdrw, World, assert_everything_passed, wire

pytestmark = pytest.mark.interop

NOTES = (
    Extension("2.25.16117021064366053199187950425252085134.3", b"\x0c\x01a"),
    Extension("1.2.156.1", b"b", critical=True),
)
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
TSA = tokens.source(testing.Hierarchy.create("sm2", at=AT).tsa, AT)
FORMS: dict[str, dict[str, Any]] = {
    "2014": {"generation": 2014, "seal_type": 2},
    "2020": {"generation": 2020},
    "2020 digests": {"generation": 2020, "signer_list": "digests"},
    "2025": {"generation": 2025},
    "2025 digests": {"generation": 2025, "signer_list": "digests"},
}
# What a verifier does not understand and is told to understand keeps these from passing.
CRITICAL: dict[str, dict[str, Any]] = {
    "2014 critical": {"generation": 2014, "extensions": NOTES},
    "2020 critical": {"generation": 2020, "extensions": NOTES},
}
READ = FORMS | CRITICAL


@pytest.fixture(scope="module")
def seals(world: World) -> dict[str, Seal]:
    """Our seals of each form, with further data in them, and their files."""
    picture = govseal.draw_seal("测试市行政审批服务管理局", bottom="行政审批专用章", diameter_mm=42)
    made = {
        name: govseal.make_seal(
            world.maker,
            name=SEAL_NAME,
            picture=picture,
            signers=[world.signer.certificate],
            **({"extensions": NOTES[:1]} | form),
        )
        for name, form in READ.items()
    }
    for name, seal in made.items():
        (world.folder / f"{name}.esl").write_bytes(seal.der)
    return made


@pytest.fixture(scope="module")
def read(ofdrw: Ofdrw, world: World, seals: dict[str, Seal]) -> dict[str, dict[str, Any]]:
    """What ofdrw says of each, and of each with one octet of its name changed."""
    for name, seal in seals.items():
        changed = seal.der.replace("行政审批".encode(), "行政复议".encode(), 1)
        (world.folder / f"{name} changed.esl").write_bytes(changed)
    names = [*seals, *(f"{name} changed" for name in seals)]
    files = [world.folder / f"{name}.esl" for name in names]
    answers = ofdrw.batch([("verify-seal", file) for file in files])
    return dict(zip(names, answers, strict=True))


def base64(data: bytes) -> str:
    return b64encode(data).decode()


def told(moment: datetime | None) -> str:
    """A time as Java writes it."""
    assert moment is not None
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def expected(seal: Seal) -> dict[str, Any]:
    """What ofdrw should say, from our reading of the same bytes."""
    properties = seal.properties
    is_first = seal.generation.year == 2014
    answer: dict[str, Any] = {
        "ok": True,
        "kind": "v1" if is_first else "v4",
        "header": "ES",
        "version": seal.generation.version,
        "vendor": seal.header.vendor_id,
        "id": seal.es_id,
        "type": properties.type,
        "name": SEAL_NAME,
        "created": told(properties.create_date.moment),
        "from": told(properties.not_before.moment),
        "to": told(properties.not_after.moment),
        "picture": seal.picture.type,
        "data": base64(seal.picture.data),
        "width": 42,
        "height": 42,
        "extensions": [
            f"{note.oid} {'TRUE' if note.critical else 'FALSE'} {base64(note.value)}"
            for note in seal.extensions
        ],
        "maker": base64(seal.maker_certificate),
        "algorithm": seal.algorithm,
        "value": base64(seal.signature),
    }
    if not is_first:
        answer["list"] = 2 if properties.signers.digests else 1
    if properties.signers.digests:
        answer["digests"] = [f"{d.algorithm} {base64(d.value)}" for d in properties.signers.digests]
    else:
        answer["certificates"] = [base64(der) for der in properties.signers.certificates]
    return answer


@pytest.mark.parametrize("name", READ)
def test_ofdrw_reads_every_field_of_our_seal_alike(
    seals: dict[str, Seal], read: dict[str, dict[str, Any]], name: str
) -> None:
    assert read[name] == expected(seals[name])


@pytest.mark.parametrize("name", READ)
def test_ofdrw_refuses_it_changed(read: dict[str, dict[str, Any]], name: str) -> None:
    answer = read[f"{name} changed"]
    assert not answer["ok"]
    assert "SignatureException" in answer["error"]


@pytest.fixture(scope="module")
def both_ways(
    ofdrw: Ofdrw, world: World, seals: dict[str, Seal], document: bytes
) -> dict[str, tuple[bytes, dict[str, Any]]]:
    """The document stamped here and there with our seals, and what ofdrw says of it."""
    folder = ofdrw.folder
    source = folder / "plain.ofd"
    source.write_bytes(document)
    files = {f"here {name}": folder / f"here {name}.ofd" for name in FORMS}
    files |= {f"there {name}": folder / f"there {name}.ofd" for name in ("2014", "2020")}
    for name in FORMS:
        files[f"here {name}"].write_bytes(world.stamp(document, seal=seals[name]))
    files["changed 2014"] = folder / "changed 2014.ofd"
    files["changed 2014"].write_bytes(bent(files["here 2014"].read_bytes()))
    answers = ofdrw.batch(
        [
            *(
                world.sign_command(source, files[f"there {name}"], seal=f"{name}.esl")
                for name in ("2014", "2020")
            ),
            *(("verify", file) for file in files.values()),
        ]
    )
    assert [answer["ok"] for answer in answers[:2]] == [True, True], answers[:2]
    pairs = zip(files.items(), answers[2:], strict=True)
    return {name: (file.read_bytes(), answer) for (name, file), answer in pairs}


def bent(stamped: bytes) -> bytes:
    """The package with a bit of the signature value changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(stamped)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            content = old.read(entry)
            if entry.filename.endswith("SignedValue.dat"):
                content = content[:-1] + bytes([content[-1] ^ 1])
            new.writestr(entry, content)
    return out.getvalue()


@pytest.mark.parametrize("name", FORMS)
def test_ofdrw_verifies_stamps_made_with_them(
    world: World, both_ways: dict[str, tuple[bytes, dict[str, Any]]], name: str
) -> None:
    data, answer = both_ways[f"here {name}"]
    kind = "v1" if name == "2014" else "v4"
    assert answer == {"ok": True, "signatures": 1, "kinds": [kind]}
    assert_everything_passed(world.verify(data), 1)


def test_a_bent_stamp_of_2014_is_refused_on_both_sides(
    world: World, both_ways: dict[str, tuple[bytes, dict[str, Any]]]
) -> None:
    data, answer = both_ways["changed 2014"]
    assert "InvalidSignedValueException" in answer["error"]
    assert wire(world.verify(data).verdict) == "failed"


@pytest.mark.parametrize(
    ("name", "standard"), [("2014", "GM/T 0031-2014"), ("2020", "GB/T 38540-2020")]
)
def test_we_verify_stamps_that_ofdrw_makes_with_them(
    world: World,
    both_ways: dict[str, tuple[bytes, dict[str, Any]]],
    name: str,
    standard: str,
) -> None:
    data, answer = both_ways[f"there {name}"]
    assert answer["ok"]
    report = world.verify(data)
    assert report.signatures[0].standard == standard
    assert_everything_passed(report, 1)


@pytest.mark.parametrize("generation", [2014, 2020])
def test_we_read_seals_by_ofdrw_and_stamp_with_them(
    ofdrw: Ofdrw, world: World, document: bytes, generation: int
) -> None:
    file = ofdrw.folder / f"theirs {generation}.esl"
    made, fields = ofdrw.batch(
        [world.make_seal_command(file, generation=generation), ("verify-seal", file)]
    )
    assert made["ok"], made
    seal = codec.decode_seal(file.read_bytes())
    assert seal.generation.year == generation
    assert not seal.tolerances
    assert fields == expected(seal)
    assert seal.es_id == SEAL_ID

    report = world.verify(seal.der)
    assert wire(report.verdict) == "passed"
    stamped = world.stamp(document, seal=seal.der)
    assert_everything_passed(world.verify(stamped), 1)
    assert ofdrw.verify(stamped)["ok"]


@pytest.mark.parametrize("generation", [2014, 2020])
def test_a_seal_by_ofdrw_under_a_wrong_key_is_refused_here(
    ofdrw: Ofdrw, world: World, generation: int
) -> None:
    file = ofdrw.folder / f"wrong {generation}.esl"
    command = world.make_seal_command(file, key="signer", generation=generation)
    made, fields = ofdrw.batch([command, ("verify-seal", file)])
    assert made["ok"]
    assert "SignatureException" in fields["error"]
    report = world.verify(file.read_bytes())
    assert "seal_signature_invalid" in report.reasons
    with pytest.raises(govseal.SealError) as caught:
        govseal.renew_seal(file, world.maker, signers=[world.signer.certificate], window_days=None)
    assert caught.value.code == "E_SEAL_INVALID"


def test_a_renewed_seal_by_ofdrw_keeps_its_fields(ofdrw: Ofdrw, world: World) -> None:
    file = ofdrw.folder / "to renew.esl"
    end = f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%dT%H:%M:%SZ}"
    command = (*world.make_seal_command(file, generation=2014), "--to", end)
    assert ofdrw.run(*command)["ok"]
    old = govseal.load_seal(file)
    renewed = govseal.renew_seal(
        old, world.maker, signers=[world.signer.certificate], generation=2020
    )
    assert (renewed.es_id, renewed.name, renewed.picture) == (old.es_id, old.name, old.picture)
    file.write_bytes(renewed.der)
    assert ofdrw.run("verify-seal", file) == expected(renewed)


# ------------------------------------------------------------- the form with a time stamp (2025)


class Header(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("id", core.IA5String),
        ("version", core.Integer),
        ("vendor", core.IA5String),
    ]


class Certificates(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class Properties(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("type", core.Integer),
        ("name", core.UTF8String),
        ("list_type", core.Integer),
        ("list", Certificates),
        ("created", core.GeneralizedTime),
        ("start", core.GeneralizedTime),
        ("end", core.GeneralizedTime),
    ]


class Picture(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("type", core.IA5String),
        ("data", core.OctetString),
        ("width", core.Integer),
        ("height", core.Integer),
    ]


class ExtData(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("oid", core.ObjectIdentifier),
        ("critical", core.Boolean, {"default": False}),
        ("value", core.OctetString),
    ]


class ExtensionDatas(core.SequenceOf):  # type: ignore[misc]
    _child_spec = ExtData


class SealInfo(core.Sequence):  # type: ignore[misc]
    _fields: ClassVar = [
        ("header", Header),
        ("id", core.IA5String),
        ("properties", Properties),
        ("picture", Picture),
        ("extensions", ExtensionDatas, {"optional": True}),
    ]


class SESeal(core.Sequence):  # type: ignore[misc]
    """GM/T 0031-2025: the seal of 2020, and a time stamp over its signature value."""

    _fields: ClassVar = [
        ("info", SealInfo),
        ("certificate", core.OctetString),
        ("algorithm", core.ObjectIdentifier),
        ("value", core.OctetBitString),
        ("time_stamp", core.OctetBitString, {"explicit": 0, "optional": True}),
    ]


def outline(value: Any) -> Iterator[tuple[Any, ...]]:
    """Class, method and tag of every element, contents left out."""
    yield (type(value).__name__, value.class_, value.method, value.tag, value.explicit)
    if isinstance(value, core.Sequence):
        for field in value:
            yield from outline(value[field])


def outlined(der: bytes) -> list[tuple[Any, ...]]:
    """The outline of a seal, see :func:`outline`."""
    return list(outline(SESeal.load(der, strict=True)))


@pytest.mark.parametrize("stamped", [False, True])
def test_asn1crypto_reads_our_seal_of_2025(world: World, stamped: bool) -> None:
    seal = make_2025(world, NOTES, stamped=stamped)
    found = SESeal.load(seal.der, strict=True)
    info, native = found["info"], found.native
    assert info["header"].native == {"id": "ES", "version": 5, "vendor": "govseal"}
    assert (native["info"]["id"], native["info"]["properties"]["name"]) == (seal.es_id, SEAL_NAME)
    assert native["info"]["properties"]["list_type"] == 1
    assert native["info"]["properties"]["list"] == [world.signer.certificate.der]
    assert native["info"]["properties"]["end"] == seal.properties.not_after.moment
    assert [row["critical"] for row in native["info"]["extensions"]] == [False, True]
    assert native["certificate"] == world.maker.certificate.der
    assert native["value"] == seal.signature
    assert native["time_stamp"] == (seal.time_stamp if stamped else None)
    assert info.dump() == seal.signed
    world.maker.certificate.public_key.verify(native["value"], info.dump(), world.maker.algorithm)


def make_2025(world: World, extensions: Iterable[Extension] = (), *, stamped: bool) -> Seal:
    return govseal.make_seal(
        world.maker,
        name=SEAL_NAME,
        picture=govseal.draw_seal("测试市行政审批服务管理局", diameter_mm=42),
        signers=[world.signer.certificate],
        extensions=tuple(extensions),
        generation=2025,
        timestamp=TSA if stamped else None,
    )


@pytest.mark.samples
@pytest.mark.parametrize(("name", "stamped"), [("UserV5.esl", False), ("UserV5_ts.esl", True)])
def test_our_seal_of_2025_has_the_layout_of_ofdrws(
    world: World,
    samples: Path,
    name: str,
    stamped: bool,
) -> None:
    theirs = (samples / "ofd" / "ofdrw" / name).read_bytes()
    assert outlined(make_2025(world, stamped=stamped).der) == outlined(theirs)
    assert outlined(make_2025(world, stamped=not stamped).der) != outlined(theirs)


@pytest.mark.samples
def test_our_stamp_of_2025_has_the_layout_of_ofdrws(world: World, samples: Path) -> None:
    theirs = (samples / "ofd" / "ofdrw" / "SignedValueV5.dat").read_bytes()
    seal = make_2025(world, stamped=False)
    ours = govseal.stamp_detached(b"bytes", seal, world.signer)
    layouts = []
    for der in (ours, theirs):
        signature = core.Sequence.load(der, strict=True)
        elements = [signature[place] for place in range(len(signature))]
        body = elements[0]
        inner = [body[place] for place in range(len(body))]
        layouts.append(
            (
                [type(item).__name__ for item in (*elements, *inner)],
                inner[0].native,
                elements[2].native,
                outlined(inner[1].dump()),
            )
        )
    assert layouts[0] == layouts[1]


def test_ofdrw_2_3_3_does_not_know_the_form_with_a_time_stamp(ofdrw: Ofdrw, world: World) -> None:
    """It is no second opinion there; if that changes, the tests above can lean on it."""
    file = ofdrw.folder / "time stamp.esl"
    file.write_bytes(make_2025(world, stamped=True).der)
    assert not ofdrw.run("verify-seal", file)["ok"]
