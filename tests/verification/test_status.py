"""What the registry says of seals and documents, and what a verdict makes of it."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest

import tokens
from govseal import sm2
from govseal.errors import FormatError, LimitExceeded
from govseal.formats.base import Evidence
from govseal.verification import statusfile
from govseal.verification.policy import Policy
from govseal.verification.status import BusinessStatus, SealMoment
from govseal.verification.statusfile import StatusFile, key_id, read_key, read_status, write_status
from govseal.verification.verifier import verify_document
from verification.conftest import AT, HOUR, Paper, build_world

SIGNED = AT + 2 * HOUR
DAY = timedelta(days=1)
KEY = sm2.PrivateKey.generate()
TEXT = (
    b'{"documents":[],"issued_at":"2026-06-01T08:00:00.000000Z",'
    b'"next_update":"2026-06-08T08:00:00.000000Z","origin":"bureau","schema":"govseal.status/1",'
    b'"seals":[{"es_id":"1","states":[{"effective_at":"2026-05-01T08:00:00.000000Z",'
    b'"state":"active"}]}],"sequence":1}'
)


def source(world, *states, known=True, next_update=AT + 7 * DAY, documents=None):
    """A status file that says these states of the world's seal: (state, hours from AT)."""
    moments = tuple(SealMoment(state, AT + hours * HOUR) for state, hours in states)
    return StatusFile(
        origin="bureau",
        sequence=1,
        issued_at=AT + 3 * HOUR,
        next_update=next_update,
        seals={world.seal.es_id: moments} if known else {},
        documents=documents or {},
        sha256={},
    )


def status_check(world, **how):
    return world.judge(**how).check("seal_status")


def test_a_seal_that_was_active_passes(world):
    found = status_check(world, status=source(world, ("active", 0)))
    assert (found.outcome.value, found.reason) == ("passed", "")


def test_without_a_source_nothing_is_asked(world):
    assert status_check(world).outcome.value == "skipped"


@pytest.mark.parametrize(
    ("states", "outcome", "reason"),
    [
        ([("active", 0), ("lost", 1)], "failed", "seal_lost_at_signing"),
        ([("active", 0), ("suspended", 1)], "failed", "seal_not_active_at_signing"),
        ([("active", 0), ("suspended", 1), ("active", 1.5)], "passed", ""),
        ([("made", 0)], "failed", "seal_not_active_at_signing"),
        ([("active", 2.5)], "failed", "seal_not_active_at_signing"),
        ([("active", 0), ("lost", 2.5)], "indeterminate", "no_proof_of_time"),
        ([("active", 0), ("cancelled", 2.5)], "indeterminate", "no_proof_of_time"),
    ],
)
def test_the_state_at_the_time_of_signing_counts(world, states, outcome, reason):
    found = status_check(world, status=source(world, *states))
    assert (found.outcome.value, found.reason) == (outcome, reason)


def test_a_proved_time_before_the_loss_stays_good(world):
    stamp = world.stamp()
    token = tokens.source(world.pki.tsa, SIGNED).timestamp(tokens.stored_value(stamp))
    states = source(world, ("active", 0), ("lost", 2.5))
    found = status_check(world, stamp=tokens.with_token(stamp, token), status=states)
    assert (found.outcome.value, found.reason) == ("passed", "seal_ended_after_signing")


@pytest.mark.parametrize("how", [{"known": False}, {"next_update": AT + 2.5 * HOUR}])
def test_a_source_that_is_silent_or_old_proves_nothing(world, how):
    found = status_check(world, status=source(world, ("active", 0), **how))
    assert (found.outcome.value, found.reason) == ("indeterminate", "seal_status_unknown")


def test_an_old_source_speaks_for_a_proved_time_and_not_for_what_came_since(world):
    """Whoever keeps an old file back would hide a withdrawal behind a time stamp."""
    stamp = world.stamp()
    token = tokens.source(world.pki.tsa, SIGNED).timestamp(tokens.stored_value(stamp))
    evidence = world.evidence(tokens.with_token(stamp, token))
    old = source(world, ("active", 0), next_update=AT + 2.5 * HOUR)
    report = world.report(evidence, status=old)
    assert (report.verdict.value, report.notices) == ("passed", ("business_status_outdated",))
    assert world.report(evidence, status=source(world, ("active", 0))).notices == ()


def test_a_policy_may_demand_the_status(world):
    found = status_check(world, policy=Policy(require_status=True))
    assert (found.outcome.value, found.reason) == ("indeterminate", "seal_status_unknown")


class Knows:
    """A registry that knows whatever file it is asked about."""

    issued_at, next_update = AT, None

    def __init__(self, status="current", missing=()):
        self.business = BusinessStatus(
            status=status,
            profile="jincheng",
            legal_basis="晋市政办〔2022〕29号 电子印章, 第四条",
            effective_at=AT,
            number="晋审管许〔2026〕1号",
            missing_seals=missing,
        )

    def of_seal(self, es_id):
        return [SealMoment("active", AT)]

    def of_document(self, sm3, sha256):
        return self.business


@pytest.mark.req("R-JC9-02")
def test_a_report_names_profile_and_basis(world):
    found = world.report(world.evidence(), status=Knows()).to_dict()["business"]
    assert found["status"] == "current"
    assert found["profile"] == "jincheng"
    assert found["legal_basis"] == "晋市政办〔2022〕29号 电子印章, 第四条"


@pytest.mark.req("R-GZ-5.3")
def test_a_withdrawn_document_is_sound_and_says_so(world):
    report = world.report(world.evidence(), status=Knows("withdrawn"))
    assert report.verdict.value == "passed"
    assert report.business.status == "withdrawn"
    assert "business_not_current" in report.notices


@pytest.mark.req("R-HLJ-04b")
def test_a_document_without_a_seal_that_it_needs_fails(world):
    report = world.report(world.evidence(), status=Knows(missing=("admin_licensing",)))
    assert report.verdict.value == "failed"
    assert report.reasons == ("required_seal_missing",)


@pytest.mark.req("R-HLJ-05b")
def test_an_unsigned_decision_fails_where_a_seal_is_asked(world):
    report = world.report(policy=Policy(require_seal=True))
    assert (report.verdict.value, report.reasons) == ("failed", ("required_seal_missing",))
    assert world.report().verdict.value == "unsigned"


def signed(text=TEXT, origin="bureau", key=KEY):
    return write_status(text, origin, key.public_key, key.sign)


def test_a_signed_file_is_read():
    found = read_status(signed(), KEY.public_key)
    assert found.of_seal("1")[0].state == "active"
    assert found.of_seal("2") is None
    assert found.of_document("00", "00") is None


def test_a_key_is_pinned_as_the_registry_shows_it():
    point = KEY.public_key.encode()
    raw = base64.b64encode(b"\xffgovseal.sm2-sm3" + point).decode()
    shown = f"bureau+{key_id('bureau', KEY.public_key).hex()}+{raw}"
    assert read_key(shown.encode()) == ("bureau", KEY.public_key)
    with pytest.raises(FormatError, match="another key's"):
        read_key(shown.replace("bureau", "bureau2").encode())


def test_a_certificate_pins_its_key(world):
    certificate = world.pki.signer.certificate
    assert read_key(certificate.der) == (None, certificate.public_key.material)


@pytest.mark.parametrize(
    "data", [b"", b"key", b"a+b", b"a+00000000+AAAA", b"\x30\x00", b"\xff+\xff+"]
)
def test_no_key_is_refused(data):
    with pytest.raises(FormatError):
        read_key(data)


def test_a_certificate_of_another_kind_is_refused():
    with pytest.raises(FormatError, match="no SM2 key"):
        read_key(build_world("rsa").pki.signer.certificate.to_pem())


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(statusfile, "MAX_BYTES", 100)
    with pytest.raises(LimitExceeded):
        read_status(signed(), KEY.public_key)


@pytest.mark.parametrize(
    ("states", "outcome"), [([("active", 0)], "passed"), ([("active", 0), ("lost", 1)], "failed")]
)
def test_a_bare_seal_is_judged_as_it_is_now(world, states, outcome):
    paper = Paper(Evidence("seal", (), seal=world.seal), "seal")
    report = verify_document(
        paper,
        b"file",
        world.trust,
        at=AT + 3 * HOUR,
        materials=world.materials,
        status=source(world, *states),
    )
    assert report.signatures[0].check("seal_status").outcome.value == outcome


def test_a_bare_seal_is_not_asked_about_without_a_source(world):
    paper = Paper(Evidence("seal", (), seal=world.seal), "seal")
    report = verify_document(paper, b"file", world.trust, at=AT + 3 * HOUR)
    assert "seal_status" not in {check.name for check in report.signatures[0].checks}


def test_another_key_is_refused():
    with pytest.raises(FormatError, match="not signed by the key"):
        read_status(signed(), sm2.PrivateKey.generate().public_key)


@pytest.mark.parametrize("place", range(0, len(TEXT), 23))
def test_every_byte_is_signed(place):
    data = bytearray(signed())
    data[place] ^= 1
    with pytest.raises(FormatError):
        read_status(bytes(data), KEY.public_key)


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"{}",
        b"{",
        b'{"schema":"govseal.status/2"}',
        b"[" * 100_000,
        TEXT.replace(b'"sequence":1', b'"sequence":[]'),
        TEXT.replace(b'"states":[', b'"states":[7,'),
        TEXT.replace(b"08:00:00.000000Z", b"08:00"),
        TEXT.replace(b'"documents":[]', b'"documents":[{}]'),
        TEXT.replace(b'"origin":"bureau"', b'"origin":"other"'),
        TEXT.replace(b'"origin":"bureau"', b'"origin":7'),
    ],
)
def test_what_is_signed_and_no_status_is_refused(text):
    with pytest.raises(FormatError):
        read_status(signed(text), KEY.public_key)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        TEXT,
        TEXT + b"\n\n",
        TEXT + b"\n\nbureau AAAA\n",
        TEXT + b"\n\n" + "— bureau ä\n".encode(),
        TEXT + b"\n\n" + "— bureau AAAA\n".encode(),
        TEXT + b"\n\n" + "— bureau AAAA\n".encode() * 9,
    ],
)
def test_what_is_not_signed_is_refused(data):
    with pytest.raises(FormatError):
        read_status(data, KEY.public_key)
