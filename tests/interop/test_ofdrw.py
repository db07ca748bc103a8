"""govseal and ofdrw, the reference implementation of OFD in Java, judge each other's files."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import govseal
from ofdrw_world import (
    MATHEMATICS,
    PLACE,
    SEAL_ID,
    SEAL_NAME,
    Ofdrw,
    World,
    assert_everything_passed,
    outcomes,
    reasons,
    wire,
)

pytestmark = pytest.mark.interop

# ------------------------------------------------------------------- our stamps, judged by ofdrw


def one_stamp(world: World, document: bytes) -> bytes:
    return world.stamp(document)


def one_stamp_over_everything(world: World, document: bytes) -> bytes:
    return world.stamp(document, protect="whole")


def two_stamps(world: World, document: bytes) -> bytes:
    return world.stamp(world.stamp(document), govseal.Placement(page=2, x_mm=30, y_mm=200))


def two_stamps_the_last_over_everything(world: World, document: bytes) -> bytes:
    return world.stamp(world.stamp(document), protect="whole")


OURS: list[tuple[Callable[[World, bytes], bytes], int]] = [
    (one_stamp, 1),
    (one_stamp_over_everything, 1),
    (two_stamps, 2),
    (two_stamps_the_last_over_everything, 2),
]


@pytest.mark.parametrize(("make", "signatures"), OURS, ids=lambda v: getattr(v, "__name__", None))
def test_ofdrw_accepts_our_stamps(
    ofdrw: Ofdrw,
    world: World,
    document: bytes,
    make: Callable[[World, bytes], bytes],
    signatures: int,
) -> None:
    answer = ofdrw.verify(make(world, document))
    assert answer == {"ok": True, "signatures": signatures, "kinds": ["v4"] * signatures}


def test_an_unsigned_document_is_unsigned_on_both_sides(
    ofdrw: Ofdrw, world: World, document: bytes
) -> None:
    assert "DocNotSignException" in ofdrw.verify(document)["error"]
    assert wire(world.verify(document).verdict) == "unsigned"


def rebuilt(data: bytes, ending: str, change: Callable[[bytes], bytes] | None) -> bytes:
    """The package with every entry that ends so changed, or left out."""
    out = io.BytesIO()
    touched = 0
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.endswith(ending):
                touched += 1
                if change is None:
                    continue
                changed = change(content)
                assert changed != content
                content = changed
            target.writestr(entry, content)
    assert touched
    return out.getvalue()


def flip_last_byte(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


def move_stamp(content: bytes) -> bytes:
    return content.replace(b'Boundary="120', b'Boundary="121')


def change_text(content: bytes) -> bytes:
    return content.replace("批复".encode(), "批准".encode())


TAMPERINGS = {
    "text of the pages": ("Content.xml", change_text, "data_digest", "FileIntegrityException"),
    "pages removed": ("Content.xml", None, "data_digest", "BadOFDException"),
    "stamp moved": ("Signature.xml", move_stamp, "data_digest", "InvalidSignedValueException"),
    "seal file": ("Seal.esl", flip_last_byte, "data_digest", "FileIntegrityException"),
    "signature value": (
        "SignedValue.dat",
        flip_last_byte,
        "signature_value",
        "InvalidSignedValueException",
    ),
}


@pytest.fixture(scope="session", params=["govseal", "ofdrw"])
def stamped(request: pytest.FixtureRequest, world: World, document: bytes) -> bytes:
    """The document with one stamp, made here or there."""
    if request.param == "govseal":
        return world.stamp(document)
    theirs: dict[str, bytes] = request.getfixturevalue("theirs")
    return theirs["continue"]


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampered_copy_is_refused_on_both_sides(
    ofdrw: Ofdrw, world: World, stamped: bytes, name: str
) -> None:
    ending, change, check, exception = TAMPERINGS[name]
    data = rebuilt(stamped, ending, change)

    answer = ofdrw.verify(data)
    assert not answer["ok"]
    assert exception in answer["error"]

    report = world.verify(data)
    assert wire(report.verdict) == "failed"
    assert outcomes(report.signatures[0])[check] == "failed"


# ------------------------------------------------------------------- ofdrw's stamps, judged here


@pytest.fixture(scope="session")
def theirs(ofdrw: Ofdrw, world: World, document: bytes) -> dict[str, bytes]:
    """Documents stamped by ofdrw with our seal and key."""
    folder = ofdrw.folder
    source, ours = folder / "source.ofd", folder / "ours.ofd"
    source.write_bytes(document)
    ours.write_bytes(world.stamp(document))
    files = {name: folder / f"{name}.ofd" for name in ("continue", "whole", "seam", "over ours")}
    answers = ofdrw.batch(
        [
            world.sign_command(source, files["continue"]),
            world.sign_command(source, files["whole"], *PLACE, "--mode", "whole"),
            world.sign_command(source, files["seam"], "--w", 42, "--h", 42, "--seam", "right"),
            world.sign_command(ours, files["over ours"]),
        ]
    )
    assert [answer["ok"] for answer in answers] == [True] * len(files), answers
    return {name: file.read_bytes() for name, file in files.items()}


@pytest.mark.parametrize(
    ("name", "signatures"), [("continue", 1), ("whole", 1), ("seam", 1), ("over ours", 2)]
)
def test_we_accept_stamps_by_ofdrw(
    world: World, theirs: dict[str, bytes], name: str, signatures: int
) -> None:
    assert_everything_passed(world.verify(theirs[name]), signatures)


def test_our_stamp_over_one_by_ofdrw_passes_on_both_sides(
    ofdrw: Ofdrw, world: World, theirs: dict[str, bytes]
) -> None:
    data = world.stamp(theirs["continue"])
    assert ofdrw.verify(data) == {"ok": True, "signatures": 2, "kinds": ["v4", "v4"]}
    assert_everything_passed(world.verify(data), 2)


def test_we_do_not_stamp_what_ofdrw_closed(world: World, theirs: dict[str, bytes]) -> None:
    with pytest.raises(govseal.GovsealError) as refused:
        world.stamp(theirs["whole"])
    assert getattr(refused.value, "code", None) == "whole_protected"


def test_ofdrw_does_not_stamp_what_we_closed(ofdrw: Ofdrw, world: World, document: bytes) -> None:
    source = ofdrw.folder / "closed.ofd"
    source.write_bytes(world.stamp(document, protect="whole"))
    answer = ofdrw.run(*world.sign_command(source, ofdrw.folder / "never.ofd"))
    assert "SignatureTerminateException" in answer["error"]


# ---------------------------------------------------------------------------------------- seals


def test_ofdrw_reads_our_seal(ofdrw: Ofdrw, world: World) -> None:
    answer = ofdrw.run("verify-seal", world.folder / "seal.esl")
    assert answer["ok"]
    assert answer["name"] == SEAL_NAME


def test_ofdrw_refuses_our_seal_when_changed(ofdrw: Ofdrw, world: World) -> None:
    file = ofdrw.folder / "changed.esl"
    name = "行政审批".encode()
    file.write_bytes(world.seal.der.replace(name, "行政复议".encode(), 1))
    assert "SignatureException" in ofdrw.run("verify-seal", file)["error"]


def test_we_accept_a_seal_by_ofdrw_and_stamp_with_it(
    ofdrw: Ofdrw, world: World, document: bytes
) -> None:
    file = ofdrw.folder / "theirs.esl"
    assert ofdrw.run(*world.make_seal_command(file))["ok"]
    seal = file.read_bytes()

    report = world.verify(seal)
    assert wire(report.verdict) == "passed"
    assert outcomes(report.signatures[0])["seal_signature"] == "passed"
    assert report.signatures[0].seal.id == SEAL_ID
    assert report.signatures[0].seal.name == SEAL_NAME

    stamped = world.stamp(document, seal=seal)
    assert_everything_passed(world.verify(stamped), 1)
    assert ofdrw.verify(stamped)["ok"]


def test_a_seal_by_ofdrw_under_a_wrong_key_is_refused_on_both_sides(
    ofdrw: Ofdrw, world: World
) -> None:
    file = ofdrw.folder / "wrong-key.esl"
    assert ofdrw.run(*world.make_seal_command(file, key="signer"))["ok"]
    assert "SignatureException" in ofdrw.run("verify-seal", file)["error"]

    report = world.verify(file.read_bytes())
    assert wire(report.verdict) == "failed"
    assert "seal_signature_invalid" in reasons(report)


# --------------------------------------------------------------------------------- real samples

# What ofdrw 2.3.3 accepts: kind of each signature.
ACCEPTED = {
    "999.ofd": "v4",
    "SESV4SignDoc.ofd": "v4",
    "V4RideRight.ofd": "v4",
    "allprotected.ofd": "v4",
    "draw_param_ref.ofd": "v4",
    "91481af6_金格信创自动盖章.ofd": "v1",
}


@pytest.mark.samples
@pytest.mark.parametrize("name", ACCEPTED)
def test_the_mathematics_of_a_real_sample_passes_where_ofdrw_accepts_it(
    ofdrw: Ofdrw, samples: Path, name: str
) -> None:
    file = samples / "ofd" / "ofdrw" / name
    assert ofdrw.run("verify", file) == {"ok": True, "signatures": 1, "kinds": [ACCEPTED[name]]}

    report = govseal.verify(file, govseal.TrustStore([]))
    found = outcomes(report.signatures[0])
    assert {found[check] for check in MATHEMATICS} <= {"passed", "skipped"}, found
    assert found["data_digest"] == found["signature_value"] == "passed"
    # strangers all: the mathematics never makes them passed
    assert wire(report.verdict) != "passed"


@pytest.mark.samples
def test_a_real_second_signature_that_breaks_the_first_is_refused_on_both_sides(
    ofdrw: Ofdrw, samples: Path
) -> None:
    file = samples / "ofd" / "ofdrw" / "h.ofd"
    answer = ofdrw.run("verify", file)
    assert "FileIntegrityException: /Doc_0/Signs/Signatures.xml" in answer["error"]

    report = govseal.verify(file, govseal.TrustStore([]))
    first, second = (outcomes(signature) for signature in report.signatures)
    assert first["data_digest"] == "failed"
    assert second["data_digest"] == "passed"
    assert first["signature_value"] == second["signature_value"] == "passed"
    assert wire(report.verdict) == "failed"
