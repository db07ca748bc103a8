"""Stamps in two steps: what waits is whole, holds no secret, and takes the right value alone."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import datetime, timedelta

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import delegated
import govseal
import pdf_stamping
from govseal.errors import (
    FormatError,
    GovsealError,
    InvalidSignature,
    LimitExceeded,
    SealError,
    StampError,
    UnsupportedFormat,
)
from govseal.formats.base import Protect
from govseal.formats.limits import Limits
from govseal.formats.ofd.compose import compose_document
from govseal.seal.extensions import Matter
from govseal.seal.model import Extension
from govseal.sm2 import decode_signature
from govseal.stamping.pending import PendingStamp

AT = pdf_stamping.AT + 2 * pdf_stamping.HOUR
PLACE = govseal.Placement(1, 20, 30)
OFD = compose_document([["测试许可证", "准予许可。"]], title="测试许可证")
PDF = pdf_stamping.pdf()
NOTE = "任意文件\n".encode()
KINDS = {"ofd": (OFD, PLACE), "pdf": (PDF, PLACE), "detached": (NOTE, None)}


@pytest.fixture(scope="module", params=["sm2", "rsa"])
def office(request):
    return pdf_stamping.office(request.param)


@pytest.fixture(scope="module")
def sm2_office():
    return pdf_stamping.office("sm2")


def prepare(office, kind="ofd", **changes):
    document, place = KINDS[kind]
    values = {"at": AT} | changes
    certificate = values.pop("certificate", office.pki.signer.certificate)
    seal = values.pop("seal", office.seal)
    return govseal.prepare_stamp(document, seal, certificate, values.pop("place", place), **values)


def verdict(office, kind, stamped):
    document = KINDS[kind][0]
    values = {"materials": office.pki.materials, "at": AT + pdf_stamping.HOUR}
    if kind == "detached":
        return govseal.verify(document, office.pki.trust, detached=stamped, **values).verdict.value
    return govseal.verify(stamped, office.pki.trust, **values).verdict.value


@pytest.mark.parametrize("kind", KINDS)
def test_prepared_signed_finished(office, kind):
    pending = prepare(office, kind)
    assert pending.certificate == office.pki.signer.certificate
    assert pending.algorithm == office.pki.signer.algorithm
    stamped = pending.finish(office.pki.signer.sign(pending.message))
    assert verdict(office, kind, stamped) == "passed"


@pytest.mark.parametrize("kind", KINDS)
def test_kept_as_json_in_between(office, kind):
    pending = prepare(office, kind)
    kept = pending.to_json()
    restored = PendingStamp.from_json(kept)
    assert (restored.message, restored.digest) == (pending.message, pending.digest)
    assert restored.to_json() == kept
    value = office.pki.signer.sign(pending.message)
    assert restored.finish(value) == pending.finish(value)
    assert verdict(office, kind, restored.finish(value)) == "passed"


PLACES = {
    "ofd": [
        govseal.OnPages("last", 20, 30),
        govseal.Keyword("准予许可", 1, 5, -5),
        (govseal.Placement(1, 0, 0), govseal.Keyword("许可", "all", pages="1")),
        (),
    ],
    "pdf": [govseal.OnPages("1", 20, 30), ()],
}


@pytest.mark.parametrize(
    ("kind", "place"), [(kind, place) for kind, places in PLACES.items() for place in places]
)
def test_every_kind_of_place_waits(sm2_office, kind, place):
    pending = prepare(sm2_office, kind, place=place)
    restored = PendingStamp.from_json(pending.to_json())
    assert restored.plan.places == pending.plan.places
    value = sm2_office.pki.signer.sign(pending.message)
    stamped = restored.finish(value)
    assert stamped == pending.finish(value)
    assert verdict(sm2_office, kind, stamped) == "passed"


def test_a_seam_waits(sm2_office):
    pages = compose_document([["一"], ["二"], ["三"]], title="合同")
    signer = sm2_office.pki.signer
    pending = govseal.prepare_stamp(
        pages, sm2_office.seal, signer.certificate, govseal.Seam("left"), at=AT
    )
    restored = PendingStamp.from_json(pending.to_json())
    stamped = restored.finish(signer.sign(restored.message))
    assert len(govseal.inspect(stamped).signatures[0].appearances) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_another_process_prepares_the_same_bytes(sm2_office, kind, tmp_path):
    pending = prepare(sm2_office, kind)
    value = sm2_office.pki.signer.sign(pending.message)
    (tmp_path / "p.json").write_bytes(pending.to_json())
    (tmp_path / "value").write_bytes(value)
    program = (
        "import sys, pathlib, govseal; folder = pathlib.Path(sys.argv[1])\n"
        "pending = govseal.PendingStamp.from_json((folder / 'p.json').read_bytes())\n"
        "(folder / 'out').write_bytes(pending.finish((folder / 'value').read_bytes()))"
    )
    for seed in ("1", "2"):
        command = [sys.executable, "-c", program, str(tmp_path)]
        subprocess.run(command, check=True, env=os.environ | {"PYTHONHASHSEED": seed})
        assert (tmp_path / "out").read_bytes() == pending.finish(value)


def test_the_digest_is_what_a_device_signs(sm2_office):
    pending = prepare(sm2_office)
    key = sm2_office.pki.signer._key._key
    value = key.sign_digest(pending.digest)
    assert verdict(sm2_office, "ofd", pending.finish(value)) == "passed"
    assert pending.finish(decode_signature(value)) == pending.finish(value)


def test_a_far_away_key_of_openssl(office, tmp_path):
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("the openssl program is not installed")
    pending = prepare(office, "pdf")
    files = {"key": office.pki.signer._key.to_pkcs8(), "message": pending.message}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    kind = ("-sm3", "-sigopt", "distid:1234567812345678")
    options = kind if office.pki.signer.algorithm.key_kind == "sm2" else ("-sha256",)
    command = [program, "dgst", *options, "-keyform", "DER", "-sign", "key", "message"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert verdict(office, "pdf", pending.finish(done.stdout)) == "passed"


def test_matters_and_extensions_wait_too(sm2_office):
    further = (Extension("1.2.3.4", b"\x05\x00"),)
    pending = prepare(sm2_office, matter="MATTER-1", extensions=further, protect="whole")
    restored = PendingStamp.from_json(pending.to_json())
    stamped = restored.finish(sm2_office.pki.signer.sign(restored.message))
    found = govseal.inspect(stamped).signatures[0].extensions
    assert [item.oid for item in found][1:] == ["1.2.3.4"]
    assert restored.plan.protect is Protect.WHOLE
    assert verdict(sm2_office, "ofd", stamped) == "passed"


def test_no_places_make_a_stamp_that_does_not_show(sm2_office):
    pending = PendingStamp.from_json(prepare(sm2_office, "pdf", place=()).to_json())
    stamped = pending.finish(sm2_office.pki.signer.sign(pending.message))
    assert govseal.inspect(stamped).signatures[0].appearances == ()


def test_pictures_of_both_ways_are_alike(sm2_office):
    pending = prepare(sm2_office, "pdf")
    ours = pending.finish(sm2_office.pki.signer.sign(pending.message))
    theirs = govseal.stamp(PDF, sm2_office.seal, sm2_office.pki.signer, PLACE, at=AT)
    shown = [
        pypdfium2.PdfDocument(io.BytesIO(data))[0].render(may_draw_forms=True).to_pil().tobytes()
        for data in (ours, theirs)
    ]
    assert shown[0] == shown[1]


def test_what_waits_holds_no_secret(office):
    kept = prepare(office).to_json()
    key = office.pki.signer._key.to_pkcs8()
    assert b64encode(key)[:40] not in kept
    assert json.loads(kept)["algorithm"] == office.pki.signer.algorithm.name


# --- refused ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_values_that_are_wrong(office, kind):
    pending = prepare(office, kind)
    value = office.pki.signer.sign(pending.message)
    flipped = value[:-1] + bytes([value[-1] ^ 1])
    others = office.pki.maker.sign(pending.message)
    another = office.pki.signer.sign(pending.message + b"\0")
    for wrong in (b"", b"\0", flipped, value[:-1], value + b"\0", bytes(64), others, another):
        with pytest.raises(InvalidSignature):
            pending.finish(wrong)
    assert verdict(office, kind, pending.finish(value)) == "passed"


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("document", compose_document([["准予许可，期限九年。"]], title="测试许可证")),
        ("message", b"another"),
    ],
)
def test_what_was_changed_while_it_waited(sm2_office, name, changed):
    members = json.loads(prepare(sm2_office).to_json())
    members[name] = b64encode(changed).decode()
    with pytest.raises(FormatError, match="prepare the stamp again") as caught:
        PendingStamp.from_json(json.dumps(members).encode())
    assert caught.value.code == "malformed"


def test_one_who_changes_all_of_it_needs_another_signature(sm2_office):
    pending = prepare(sm2_office)
    value = sm2_office.pki.signer.sign(pending.message)
    forged = PendingStamp.create(
        replace(pending.plan, document=compose_document([["期限九年。"]], title="测试许可证"))
    )
    with pytest.raises(InvalidSignature):
        PendingStamp.from_json(forged.to_json()).finish(value)


CHANGES = {
    "schema": ["govseal.pending/2", None],
    "algorithm": ["rsa-sha256", 1],
    "digest": ["00" * 32, None],
    "signed_at": ["2026-11-21T10:00:00", "tomorrow", 5, None],
    "protect": ["none", None],
    "places": [[[1, 2]], [[0, 1, 1]], [["1", 1, 1]], [[1, True, 1]], [[1, 1e9, 1]], 5, {}],
    "seal": ["", "AAAA", "not base64!", 5],
    "certificates": [[], ["AAAA"], [5], "AAAA", [""] * 1001],
    "extensions": [
        [{"oid": "1.2.3", "value": ""}],
        [{"oid": "x", "critical": False, "value": ""}],
        [{"oid": "1.2.3", "critical": 0, "value": ""}],
        [{"oid": "1.2.3", "critical": False, "value": 5}],
        [{"oid": 5, "critical": False, "value": ""}],
        [5],
        None,
    ],
    "timestamp_bytes": [-1, 1.0, "0", None, True, 1 << 21],
    "document": ["", "====", None],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in CHANGES.items() for value in values]
)
def test_members_that_are_none(sm2_office, name, value):
    members = json.loads(prepare(sm2_office).to_json())
    members[name] = value
    with pytest.raises(FormatError):
        PendingStamp.from_json(json.dumps(members).encode())


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"schema": "govseal.pending/1"}']
)
def test_what_is_no_pending_stamp(data):
    with pytest.raises(FormatError) as caught:
        PendingStamp.from_json(data)
    assert caught.value.code == "malformed"


def test_a_member_more_or_less(sm2_office):
    members = json.loads(prepare(sm2_office).to_json())
    for changed in (members | {"pin": "1"}, {k: v for k, v in members.items() if k != "places"}):
        with pytest.raises(FormatError, match="missing or not known"):
            PendingStamp.from_json(json.dumps(changed).encode())


def test_too_large(sm2_office):
    large, certificate = bytes(100_000), sm2_office.pki.signer.certificate
    kept = govseal.prepare_stamp(large, sm2_office.seal, certificate, None, at=AT).to_json()
    for most in (len(large) - 1, 100):
        with pytest.raises(LimitExceeded):
            PendingStamp.from_json(kept, Limits(max_file_bytes=most))
    assert PendingStamp.from_json(kept, Limits(max_file_bytes=len(large))).plan.document == large


def test_seals_that_may_not_be_used(sm2_office):
    with pytest.raises(SealError) as caught:
        prepare(sm2_office, certificate=sm2_office.pki.maker.certificate)
    assert caught.value.code == "E_NOT_OWNER"
    with pytest.raises(SealError) as caught:
        prepare(sm2_office, at=AT - timedelta(days=30))
    assert caught.value.code == "E_TOO_EARLY"


def test_documents_that_cannot_take_it(sm2_office):
    with pytest.raises(StampError) as caught:
        prepare(sm2_office, place=govseal.Placement(9, 1, 1))
    assert caught.value.code == "no_such_page"
    with pytest.raises(UnsupportedFormat):
        govseal.prepare_stamp(
            NOTE, sm2_office.seal, sm2_office.pki.signer.certificate, PLACE, at=AT
        )


def test_mistakes_of_the_caller(sm2_office):
    with pytest.raises(ValueError, match="certificate of its signer"):
        prepare(sm2_office, certificate=())
    with pytest.raises(ValueError, match="time zone"):
        prepare(sm2_office, at=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_bytes_give_a_stamp_or_a_refusal(sm2_office, data):
    kept = bytearray(prepare(sm2_office, "detached").to_json())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(kept) - 1))
        kept[place] = data.draw(st.integers(0, 255))
    try:
        pending = PendingStamp.from_json(bytes(kept))
    except GovsealError:
        return
    assert pending.message == b64decode(json.loads(bytes(kept))["message"])


# 委托用章 · a delegated seal ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"extensions": ()}, "E_SEAL_SCOPE"),
        ({"extensions": (Matter(delegated.OTHER).encode(),)}, "E_ITEM_NOT_DELEGATED"),
        ({"at": pdf_stamping.AT + 40 * delegated.DAY}, "E_AGREEMENT_EXPIRED"),
    ],
)
def test_what_waits_is_held_to_the_scope_again(changed, code):
    """Whoever writes into what waits, before it is signed, gets no stamp of another matter."""
    pki = pdf_stamping.office("sm2").pki
    at = pdf_stamping.AT + pdf_stamping.HOUR
    seal = delegated.seal(pki, delegated.scope(at).encode(), at=at)
    waiting = govseal.prepare_stamp(
        b"note", seal, pki.signer.certificate, None, at=at, matter=delegated.LISTED
    )
    assert PendingStamp.from_json(waiting.to_json()).message == waiting.message
    forged = PendingStamp.create(replace(waiting.plan, **changed)).to_json()
    with pytest.raises(SealError) as refused:
        PendingStamp.from_json(forged)
    assert refused.value.code == code


def test_what_waits_for_a_matter_of_a_list_can_be_read_without_it():
    pki = pdf_stamping.office("sm2").pki
    at = pdf_stamping.AT + pdf_stamping.HOUR
    seal = delegated.seal(pki, delegated.only_listed(at).encode(), at=at)
    waiting = govseal.prepare_stamp(
        b"note",
        seal,
        pki.signer.certificate,
        None,
        at=at,
        matter=delegated.LISTED,
        matter_list=delegated.LIST,
    )
    assert PendingStamp.from_json(waiting.to_json()).message == waiting.message
