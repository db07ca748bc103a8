"""A person's certificate is registered by whoever has its key, and by nobody else."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta

import pytest

from bureaukit import person
from govseal.errors import Refused
from govseal.pki.certificate import Certificate
from govseal.registry.people import certificate_statement
from govseal.testing.authority import Authority

DAY = timedelta(days=1)
MADE_AT = datetime(2026, 3, 1, tzinfo=UTC)


@functools.cache
def issued(name: str, algorithm: str = "sm2", **words):
    """A key with its certificate; made once."""
    return authority().issue(name, algorithm=algorithm, **words)


@functools.cache
def authority() -> Authority:
    return Authority.create("测试根", at=MADE_AT)


def register(b, signer, *, of=None, proof=None):
    statement = certificate_statement(of or b.person, signer.certificate.der)
    return b.people.register_certificate(
        signer.certificate.der, signer.sign(statement) if proof is None else proof
    )


def code(step, *arguments, **options) -> str:
    with pytest.raises(Refused) as refused:
        step(*arguments, **options)
    return refused.value.code


@pytest.fixture
def head(bureau):
    with bureau.acting(person("head")) as b:
        yield b


@pytest.mark.parametrize("algorithm", ["sm2", "rsa"])
def test_whoever_has_the_key_registers_its_certificate(head, clock, algorithm):
    signer = issued("科室负责人", algorithm)
    registered = register(head, signer)
    assert registered.person == person("head")
    assert registered.sha256 == signer.certificate.fingerprint
    assert (registered.since, registered.until) == (clock.now, None)
    assert [event.kind for event in registered.events] == ["certificate.registered"]
    assert Certificate.from_der(registered.der) == signer.certificate
    assert "der" not in repr(registered)
    assert [each.id for each in head.people.certificates(person("head"))] == [registered.id]


def test_a_certificate_is_withdrawn_and_does_not_come_back(bureau, head, clock):
    registered = register(head, issued("科室负责人"))
    clock.forward(minutes=1)
    with bureau.acting(person("maker")) as b:
        assert code(b.people.withdraw_certificate, registered.id) == "E_NOT_AUTHORIZED"
    withdrawn = head.people.withdraw_certificate(registered.id)
    assert withdrawn.until == clock.now
    assert [event.kind for event in withdrawn.events] == ["certificate.withdrawn"]
    assert code(head.people.withdraw_certificate, registered.id) == "E_PERIOD"
    assert code(register, head, issued("科室负责人")) == "E_CERT_TAKEN"


def test_an_administrator_withdraws_a_certificate_and_cannot_register_it(bureau, head, clock):
    registered = register(head, issued("科室负责人"))
    clock.forward(minutes=1)
    with bureau.acting(person("administrator")) as b:
        # The administrator's own, with the other's key or with his own: it is not the head's.
        assert code(register, b, issued("科室负责人")) == "E_CERT_TAKEN"
        assert code(register, b, issued("另一人"), of=person("head")) == "E_PROOF"
        b.people.withdraw_certificate(registered.id)
    (held,) = head.people.certificates(person("head"))
    assert held.until == clock.now


def test_the_certificates_of_whoever_leaves_end(bureau, head, clock):
    register(head, issued("科室负责人"))
    clock.forward(days=1)
    with bureau.acting(person("administrator")) as b:
        b.people.leave(person("head"))
        (held,) = b.people.certificates(person("head"))
    assert held.until == clock.now


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ({"algorithm": "ec"}, "E_CERTIFICATE"),
        ({"key_usage": ("key_encipherment",)}, "E_CERTIFICATE"),
        ({"is_ca": True}, "E_CERTIFICATE"),
        ({"not_before": datetime(2026, 4, 1, tzinfo=UTC)}, "E_CERTIFICATE"),
        ({"not_after": datetime(2026, 3, 1, 12, tzinfo=UTC)}, "E_CERTIFICATE"),
    ],
)
def test_certificates_that_do_not_sign_here(head, words, refused):
    assert code(register, head, issued("科室负责人", **words)) == refused
    assert head.people.certificates(person("head")) == ()


@pytest.mark.parametrize("der", [b"", b"\x30\x03\x02\x01\x01", b"\xff" * 64, b"x" * 70_000])
def test_bytes_that_are_no_certificate(head, der):
    assert code(head.people.register_certificate, der, b"") == "E_CERTIFICATE"


def test_whatever_is_changed_in_a_certificate_it_is_refused(head):
    signer = issued("科室负责人")
    statement = certificate_statement(person("head"), signer.certificate.der)
    proof = signer.sign(statement)
    for place in range(0, len(signer.certificate.der), 7):
        changed = bytearray(signer.certificate.der)
        changed[place] ^= 1
        refused = code(head.people.register_certificate, bytes(changed), proof)
        assert refused in {"E_CERTIFICATE", "E_PROOF"}


def test_proofs_that_prove_nothing(head):
    signer, other = issued("科室负责人"), issued("另一人")
    statement = certificate_statement(person("head"), signer.certificate.der)
    for proof in (
        b"",
        b"\x30\x00",
        other.sign(statement),
        signer.sign(b"something else"),
        signer.sign(certificate_statement(person("leader"), signer.certificate.der)),
        signer.sign(statement)[:-1],
    ):
        assert code(register, head, signer, proof=proof) == "E_PROOF"
