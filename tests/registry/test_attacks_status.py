"""Status files that were bent, swapped, or written to mislead: refused, and why is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bureaukit
import govseal
from govseal import sm2
from govseal.errors import FormatError, GovsealError, LimitExceeded
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.registry.canonical import canonical
from govseal.registry.ledger.notes import LogKey, sign_note
from govseal.registry.ledger.proofs import checkpoint_text
from govseal.verification.statusfile import read_status, write_status
from mutations import mutated

NAME = "govseal-0123456789abcdef"
PRIVATE = sm2.PrivateKey.from_bytes(bytes(31) + b"\x07")
KEY = LogKey(NAME, PRIVATE.public_key)
AT = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
TIME, LATER = "2026-06-01T08:00:00.000000Z", "2026-06-08T08:00:00.000000Z"


def seal(state="active", es_id="1"):
    return {"es_id": es_id, "states": [{"state": state, "effective_at": TIME}]}


def document(status="current", sm3="a", sha256="b"):
    return {
        "sm3": sm3,
        "sha256": sha256,
        "status": status,
        "profile": "jincheng",
        "legal_basis": "",
        "effective_at": TIME,
        "number": "",
        "completed_on": "",
        "successor": "",
        "missing_seals": [],
    }


def said(**changes):
    """What a registry would say, with changes."""
    return {
        "schema": "govseal.status/1",
        "origin": NAME,
        "sequence": 1,
        "issued_at": TIME,
        "next_update": LATER,
        "seals": [seal()],
        "documents": [],
        **changes,
    }


def signed(value=None, origin=NAME):
    """A file that the registry's own key signed."""
    text = value if isinstance(value, bytes) else canonical(value or said())
    return write_status(text, origin, KEY.public_key, PRIVATE.sign)


def load(data, key=KEY.text):
    return govseal.load_status(data, key.encode() if isinstance(key, str) else key)


def refused(data, key=KEY.text):
    with pytest.raises(FormatError) as error:
        load(data, key)
    return str(error.value)


def test_what_a_registry_writes_is_read():
    found = load(signed(said(documents=[document("withdrawn")])))
    assert (found.origin, found.sequence) == (NAME, 1)
    assert found.of_seal("1")[0].state == "active"
    assert found.of_document("a", "b").status == "withdrawn"
    assert found.of_document("a", "c") is None


# 两义 · what can be read in two ways -----------------------------------------------------------


def plain():
    """The one form, before it is bent."""
    return json.dumps(said(), sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "text",
    [
        plain().replace(b'"seals":[', b'"seals":[],"seals":['),
        plain().replace(b'"state":"active"', b'"state":"lost","state":"active"'),
        plain().replace(b'"sequence":1', b'"sequence":1.0'),
        plain().replace(b'"sequence":1', b'"sequence":1e999'),
        plain().replace(b'"sequence":1', b'"sequence":-0'),
        plain().replace(b'"sequence":1', b'"sequence":NaN'),
        plain().replace(b'"sequence":1', b'"sequence":' + b"9" * 5000),
        plain().replace(b'"active"', rb'"\u0061ctive"'),
        plain().replace(b'"es_id":"1"', rb'"es_id":"\ud800"'),
        plain().replace(b":", b": "),
        b"\xef\xbb\xbf" + plain(),
        plain() + b" ",
        plain().replace(b'"documents":[]', b'"documents":' + b"[" * 5000 + b"]" * 5000),
        json.dumps(said(), separators=(",", ":")).encode(),
    ],
)
def test_a_text_in_another_form_than_the_one_is_refused(text):
    """Of two members of one name, one reader takes the first and another the last."""
    told = refused(signed(text))
    assert any(why in told for why in ("one form", "no JSON", "a number was expected"))


@pytest.mark.parametrize(
    "changes",
    [
        {"seals": [seal("lost"), seal("active")]},
        {"documents": [document("withdrawn"), document("current")]},
        {"documents": [document("withdrawn"), document("current", sha256="c")]},
        {"sequence": "1"},
        {"sequence": True},
        {"sequence": -1},
        {"next_update": "2026-05-01T08:00:00.000000Z"},
        {"next_update": None},
        {"issued_at": "2026-06-01T8:0:0.0Z"},
        {"issued_at": "２026-06-01T08:00:00.000000Z"},
        {"issued_at": "2026-13-01T08:00:00.000000Z"},
        {"seals": {}},
        {"seals": ""},
        {"documents": {}},
        {"documents": [{**document(), "missing_seals": "official"}]},
        {"documents": [{**document(), "number": None}]},
        {"seals": [{"es_id": "1", "states": {}}]},
        {"schema": "govseal.status/2"},
        {"schema": None},
        {"origin": "govseal-other"},
    ],
)
def test_what_contradicts_itself_is_refused(changes):
    refused(signed(said(**changes)))


# 何人所签 · whose it is --------------------------------------------------------------------------


def test_another_registry_with_the_same_key_is_refused():
    """One device may hold the key of several registries: its name is pinned with it."""
    other = LogKey("govseal-other", PRIVATE.public_key)
    data = signed(said(origin=other.name), other.name)
    assert load(data, other.text).origin == other.name
    assert "another registry" in refused(data)


def test_a_certificate_pins_the_key_alone():
    hierarchy = bureaukit.world().hierarchy
    certificate = hierarchy.signer.certificate
    key = LogKey("any-name", certificate.public_key.material)
    data = write_status(
        canonical(said(origin=key.name)), key.name, key.public_key, hierarchy.signer.sign
    )
    assert load(data, certificate.to_pem()).origin == key.name
    assert "not signed by the key" in refused(data, hierarchy.maker.certificate.der)
    assert "not signed by the key" in refused(signed(), certificate.to_pem())


def test_a_key_of_the_same_name_is_another_key():
    thief = sm2.PrivateKey.generate()
    data = write_status(canonical(said()), NAME, thief.public_key, thief.sign)
    assert "not signed by the key" in refused(data)
    ours, theirs = signed().split(b"\n\n")[1], data.split(b"\n\n")[1]
    # The right identifier over the thief's signature, and the thief's line beside the right one.
    assert load(signed() + theirs).sequence == 1
    text = canonical(said(seals=[]))
    assert "its signature is wrong" in refused(text + b"\n\n" + ours)


def test_other_things_that_the_key_signed_are_no_status():
    """The ledger's key signs checkpoints too."""
    refused(sign_note(checkpoint_text(NAME, 2, bytes(32)), KEY, PRIVATE.sign).encode())
    with pytest.raises(FormatError):
        load(signed(), b"+".join(KEY.text.encode().split(b"+")[:2]))


@pytest.mark.parametrize(
    "bend",
    [
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"\n", b"\r\n"),
        lambda data: data.replace("—".encode(), b"-"),
        lambda data: data.replace("—".encode(), "–".encode()),
        lambda data: data.replace(b"\n\n", b"\n\n\n"),
        lambda data: data.replace(b"\n\n", b"\n \n"),
        lambda data: data + b"\n",
        lambda data: data + data,
        lambda data: b"\n" + data,
        lambda data: data.replace(b'"sequence":1', b'"sequence":2'),
        lambda data: data.upper(),
        lambda data: data.replace(b"=\n", b"\n"),
        lambda data: data[:-3] + bytes([data[-3] + 1]) + data[-2:],
        lambda data: b"",
    ],
)
def test_a_bent_file_is_refused(bend):
    assert "status file" in refused(bend(signed()))


@given(mutated(signed()) | st.binary(max_size=80))
def test_bent_bytes_only_give_our_errors(data):
    for key in (KEY.text.encode(), data):
        try:
            found = load(data, key)
        except GovsealError:
            continue
        assert found.of_seal("1")[0].state == "active"


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "status.txt"
    with path.open("wb") as file:
        file.truncate(DEFAULT_LIMITS.max_file_bytes + 1)
    with pytest.raises(LimitExceeded):
        load(path)
    with pytest.raises(LimitExceeded):
        read_status(bytes((64 << 20) + 1), KEY.public_key)


# 时间 · old and new ------------------------------------------------------------------------------


def judge(desk, made, at, **how):
    world = bureaukit.world()
    return govseal.verify(made.data, world.trust, materials=world.hierarchy.materials, at=at, **how)


def test_a_file_that_is_out_of_date_says_so(desk, clock):
    """Kept back by whoever shows the document: what came later does not stand in it."""
    _, made = desk.stamped()
    key = desk.bureau.ledger.key.text.encode()
    old = govseal.load_status(desk.bureau.register.status_file(days=1), key)
    clock.forward(hours=1)
    with desk.acting("principal") as b:
        b.documents.change_state(made.document, "withdraw", reason="违法许可")
    new = govseal.load_status(desk.bureau.register.status_file(days=1), key)
    within = judge(desk, made, clock.now, status=old)
    assert (within.verdict.value, within.notices) == ("passed", ())  # see docs/limitations.md
    assert new.sequence > old.sequence
    late = clock.now + timedelta(days=2)
    report = judge(desk, made, late, status=old)
    assert (report.verdict.value, report.reasons) == ("indeterminate", ("seal_status_unknown",))
    assert "business_status_outdated" in report.notices
    assert report.business.status == "current"
    found = judge(desk, made, clock.now, status=new)
    assert found.business.status == "withdrawn"
    assert found.notices == ("business_not_current",)


def test_a_seal_that_is_not_listed_is_not_known(desk):
    """Nor a document: another registry's file says nothing, and nothing is taken for good."""
    _, made = desk.stamped()
    found = load(signed(said(next_update="2036-06-08T08:00:00.000000Z")))
    report = judge(desk, made, desk.bureau.clock(), status=found)
    assert (report.verdict.value, report.reasons) == ("indeterminate", ("seal_status_unknown",))
    assert report.business is None


@pytest.mark.parametrize(
    ("states", "reason"),
    [
        ([], "seal_not_active_at_signing"),
        ([{"state": "Active", "effective_at": TIME}], "seal_not_active_at_signing"),
        ([{"state": "", "effective_at": TIME}], "seal_not_active_at_signing"),
        ([{"state": "active", "effective_at": "9999-12-31T23:59:59.999999Z"}], None),
    ],
)
def test_a_state_that_nobody_knows_is_no_active_one(desk, states, reason):
    _, made = desk.stamped()
    es_id = desk.rows(bureaukit.tables.seals)[0].es_id
    early = [
        {**state, "effective_at": state["effective_at"].replace("-06-", "-01-")} for state in states
    ]
    value = said(
        seals=[{"es_id": es_id, "states": early}], next_update="2036-06-08T08:00:00.000000Z"
    )
    report = judge(desk, made, desk.bureau.clock(), status=load(signed(value)))
    assert report.verdict.value == "failed"
    assert report.reasons == (reason or "seal_not_active_at_signing",)
