"""CRLs as they are read: every entry, every narrowing of scope, and what is none refused."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest

from govseal.asn1 import strict, write
from govseal.errors import EncodingError, GovsealError, LimitExceeded
from govseal.pki import crl as lists
from govseal.pki import pem
from govseal.pki.crl import Crl
from govseal.testing import Revoked, x509

DAY = timedelta(days=1)


def rebuilt(ca, at, **fields):
    """A CRL of the fields of TBSCertList, in DER each, signed by the CA."""
    algorithm = x509.algorithm_identifier(ca.key.algorithm)
    rows = {
        "version": write.integer(1),
        "algorithm": algorithm,
        "issuer": ca.certificate.subject_der,
        "this_update": write.x509_time(at),
        "next_update": write.x509_time(at + DAY),
        "entries": b"",
        "extensions": b"",
    }
    tbs = write.sequence(*(rows | fields).values())
    return x509.sign_structure(tbs, algorithm, ca.key)


def test_every_field_of_a_crl(ca, at):
    rows = [
        Revoked(7, at - DAY),
        Revoked(8, at - 2 * DAY, "key_compromise", at - 5 * DAY),
        Revoked(9, datetime(2051, 1, 1, tzinfo=UTC), "certificate_hold"),
    ]
    crl = Crl.from_der(ca.crl(rows, this_update=at, next_update=at + DAY))
    assert crl.issuer_der == ca.certificate.subject_der
    assert crl.issuer == ca.certificate.subject
    assert (crl.this_update, crl.next_update) == (at, at + DAY)
    assert crl.number is not None
    assert (crl.signature_oid, crl.critical_unknown) == ("1.2.156.10197.1.501", ())
    assert set(crl.entries) == {7, 8, 9}
    assert crl.find(7) == lists.RevokedEntry(at - DAY, None, None)
    assert crl.find(8) == lists.RevokedEntry(at - 2 * DAY, "key_compromise", at - 5 * DAY)
    assert crl.find(9).date.year == 2051
    assert crl.find(10) is None
    ca.certificate.public_key.verify(crl.signature, crl.tbs, crl.signature_algorithm)


def test_an_empty_crl_without_next_update(ca):
    crl = Crl.from_der(ca.crl(has_next_update=False))
    assert (dict(crl.entries), crl.next_update) == ({}, None)


def test_a_crl_of_version_1_is_read(ca, at):
    assert Crl.from_der(rebuilt(ca, at, version=b"")).number is None


def test_pem_and_equality(ca):
    der = ca.crl()
    text = pem.write_pem("X509 CRL", der)
    assert Crl.from_pem(b"a comment\n" + text) == Crl.from_der(der)
    assert hash(Crl.from_pem(text)) == hash(Crl.from_der(der))
    assert Crl.from_der(der) != Crl.from_der(ca.crl())
    assert Crl.from_der(der) != der
    assert "测试证书 CA" in repr(Crl.from_der(der))


def test_entries_cannot_be_changed(ca):
    with pytest.raises(TypeError):
        Crl.from_der(ca.crl()).entries[1] = None


def test_of_a_serial_listed_twice_the_harder_and_earlier_statement_stands(ca, at):
    rows = [
        Revoked(7, at, "certificate_hold"),
        Revoked(7, at + DAY, "key_compromise"),
        Revoked(7, at - DAY, "superseded"),
        Revoked(7, at - 2 * DAY, "remove_from_crl"),
    ]
    for order in (rows, rows[::-1]):
        assert Crl.from_der(ca.crl(order)).find(7).reason == "superseded"


def test_reasons_beyond_the_list_are_kept_by_number(ca, at):
    value = write.element(0x0A, b"\x2a")
    row = write.sequence(x509.encode_extension(lists.REASON_CODE, value))
    entry = write.sequence(write.integer(7), write.x509_time(at), row)
    crl = Crl.from_der(rebuilt(ca, at, entries=write.sequence(entry)))
    assert crl.find(7).reason == "reason_42"


def test_the_scope_of_an_issuing_distribution_point(ca, at, signer):
    user, authority = signer.certificate, ca.certificate
    located = ca.issue("x", extensions=[x509.crl_urls_extension(["http://x/1.crl"])]).certificate
    cases = [
        (x509.distribution_point_extension(), [True, True, True]),
        (x509.distribution_point_extension(flags=[1]), [True, True, False]),
        (x509.distribution_point_extension(flags=[2]), [False, False, True]),
        (x509.distribution_point_extension(flags=[3]), [False, False, False]),
        (x509.distribution_point_extension(flags=[4]), [False, False, False]),
        (x509.distribution_point_extension(flags=[5]), [False, False, False]),
        (x509.distribution_point_extension("http://x/1.crl"), [False, True, False]),
        (x509.distribution_point_extension("http://x/2.crl"), [False, False, False]),
    ]
    for row, expected in cases:
        scope = Crl.from_der(ca.crl(extensions=[row])).scope
        assert [scope.covers(c) for c in (user, located, authority)] == expected


def test_unknown_critical_extensions_are_named(ca, at):
    issuer = x509.encode_extension("2.5.29.29", write.sequence(), is_critical=True)
    entry = write.sequence(write.integer(7), write.x509_time(at), write.sequence(issuer))
    crl = Crl.from_der(rebuilt(ca, at, entries=write.sequence(entry)))
    assert crl.critical_unknown == ("2.5.29.29",)


def test_a_list_of_many_entries_is_read(ca, at):
    rows = [Revoked(10**20 + number, at, "superseded") for number in range(3000)]
    crl = Crl.from_der(ca.crl(rows))
    assert len(crl.entries) == 3000
    assert crl.find(10**20 + 2999).reason == "superseded"


def entry(*parts):
    return {"entries": write.sequence(write.sequence(*parts))}


TIME = write.utc_time(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "fields",
    [
        {"version": write.integer(2)},
        {"version": write.integer(-1)},
        {"algorithm": write.sequence(write.oid("1.2.840.113549.1.1.11"), write.null())},
        {"issuer": write.null()},
        {"issuer": write.sequence(write.null())},
        {"this_update": write.integer(5)},
        {"this_update": write.element(0x17, b"260101000000")},
        {"next_update": write.element(0x17, b"never")},
        {"extensions": write.explicit(1, write.null())},
        {"extensions": write.explicit(0, write.null())},
        {"version": b"", "extensions": write.explicit(0, write.sequence())},
        {"entries": write.set_of()},
        {"entries": write.sequence(write.null())},
        entry(write.integer(5)),
        entry(write.integer(5), write.integer(5)),
        entry(write.octets(b""), TIME),
        entry(write.element(2, b""), TIME),
        entry(write.element(2, b"\0\5"), TIME),
        entry(write.integer(5), TIME, write.null()),
        entry(write.integer(5), TIME, write.sequence(), write.null()),
        entry(write.integer(5), TIME, write.sequence(write.null())),
        entry(
            write.integer(5),
            TIME,
            write.sequence(x509.encode_extension(lists.REASON_CODE, write.integer(1))),
        ),
        entry(
            write.integer(5),
            TIME,
            write.sequence(x509.encode_extension(lists.INVALIDITY_DATE, TIME)),
        ),
    ],
)
def test_what_is_no_crl_is_refused(ca, at, fields):
    with pytest.raises(EncodingError):
        Crl.from_der(rebuilt(ca, at, **fields))


def test_a_doubled_extension_is_refused(ca):
    row = x509.distribution_point_extension()
    with pytest.raises(EncodingError, match="occurs twice"):
        Crl.from_der(ca.crl(extensions=[row, row]))


def test_bytes_behind_missing_or_in_ber_are_refused(ca, signer):
    der = ca.crl()
    for wrong in (der + b"\0", der[:-1], b"", b"\x30\x80" + der[4:] + b"\0\0", b"\x30\x00"):
        with pytest.raises(EncodingError):
            Crl.from_der(wrong)
    with pytest.raises(EncodingError):
        Crl.from_der(signer.certificate.der)


def test_an_entry_of_enormous_size_is_refused(ca, at):
    row = x509.encode_extension("1.2.3", bytes(5000))
    fields = entry(write.integer(5), TIME, write.sequence(row))
    with pytest.raises(EncodingError):
        Crl.from_der(rebuilt(ca, at, **fields))


def test_too_many_entries_are_refused(ca, at, monkeypatch):
    monkeypatch.setattr(lists, "MAX_CRL_ENTRIES", 3)
    with pytest.raises(LimitExceeded, match="too many entries"):
        Crl.from_der(ca.crl([Revoked(number, at) for number in range(4)]))


@pytest.mark.parametrize("where", ["entries", "fields", "one entry", "beside"])
def test_long_rows_are_refused_before_they_are_laid_out(ca, at, monkeypatch, where):
    monkeypatch.setattr(lists, "MAX_CRL_ENTRIES", 3)
    row = write.null() * 500_000
    one = write.sequence(write.integer(5), TIME)
    fields = {
        "entries": {"entries": write.sequence(one * 250_000)},
        "fields": {"extensions": row},
        "one entry": {"entries": write.sequence(write.sequence(row))},
        "beside": {},
    }[where]
    der = rebuilt(ca, at, **fields)
    der = write.element(strict.SEQUENCE, der + row) if where == "beside" else der
    tracemalloc.start()
    try:
        with pytest.raises(GovsealError):
            Crl.from_der(der)
        # A slice of what was received, but no object for each element.
        assert tracemalloc.get_traced_memory()[1] < 2 * len(der) + 1_000_000
    finally:
        tracemalloc.stop()


def test_a_serial_listed_too_often_is_refused(ca, at, monkeypatch):
    monkeypatch.setattr(lists, "MAX_CRL_ENTRIES", 3)
    with pytest.raises(LimitExceeded, match="too many entries"):
        Crl.from_der(ca.crl([Revoked(7, at)] * 4))


def test_a_flag_written_as_false_says_nothing(ca, signer):
    value = write.sequence(write.element(0x84, b"\0"))
    row = x509.encode_extension(lists.ISSUING_DISTRIBUTION_POINT, value, is_critical=True)
    assert Crl.from_der(ca.crl(extensions=[row])).scope.covers(signer.certificate)


def test_a_crl_too_large_is_refused():
    with pytest.raises(LimitExceeded):
        Crl.from_der(bytes(strict.MAX_BYTES + 1))


def test_pem_without_a_crl_is_refused(ca):
    with pytest.raises(GovsealError, match="no CRL"):
        Crl.from_pem(ca.certificate.to_pem())
