"""Attacks on single values: SM2 numbers, DER that is nearly right, CRLs, names in reports."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

import attacker
import ofd_builder as ofd
from govseal.asn1 import strict, write
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, Revoked
from govseal.testing.x509 import distribution_point_extension
from govseal.verification.policy import Policy
from govseal.verification.render.html import render_html
from govseal.verification.render.text import render_text

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
T = AT + timedelta(hours=3)
PERIOD = {"create_date": AT, "not_before": AT, "not_after": AT + timedelta(days=100)}
N = int("fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123", 16)


@pytest.fixture(scope="module")
def data():
    return attacker.with_list(ofd.package())


def judged(office, document, **changes):
    report = office.verify(document, **changes)
    return report.verdict.value, set(report.reasons)


def signed(data, signer, seal, **changes):
    xml = attacker.signature_xml(attacker.references(data, attacker.content_names(data)))
    at = changes.pop("at", T)
    return attacker.add_signature(
        data, xml, lambda x: attacker.stamp_value(signer, seal, x, at=at, **changes)
    )


def numbers(value):
    return [strict.read_integer(item, "") for item in strict.parse(value).children()]


def raw(number):
    return (number % (1 << 256)).to_bytes(32, "big")


def fixed(number, size=32):
    """An INTEGER of a fixed size, as Q5 has it."""
    return write.element(strict.INTEGER, (number % (1 << 8 * size)).to_bytes(size, "big"))


def pair(*integers):
    return write.sequence(*integers)


def both(change):
    return lambda r, s: pair(write.integer(change(r)), write.integer(change(s)))


VALUES = {
    "r and s exchanged": lambda r, s: pair(write.integer(s), write.integer(r)),
    "r above n": lambda r, s: pair(write.integer(r + N), write.integer(s)),
    "s above n": lambda r, s: pair(write.integer(r), write.integer(s + N)),
    "both above 2^256": both(lambda x: x + (1 << 256)),
    "n minus s": lambda r, s: pair(write.integer(r), write.integer(N - s)),
    "negative": both(lambda x: -x),
    "zeros": both(lambda x: 0 * x),
    "n and n": both(lambda x: N + 0 * x),
    "r zero": lambda r, s: pair(write.integer(0 * r), write.integer(s)),
    "r plus s is n": lambda r, _: pair(write.integer(r), write.integer(N - r)),
    "33 bytes, the first not zero": lambda r, s: pair(fixed(r + (1 << 256), 33), fixed(s, 33)),
    "34 bytes": lambda r, s: pair(fixed(r, 34), fixed(s, 34)),
    "three numbers": lambda r, s: pair(write.integer(r), write.integer(s), write.integer(1)),
    "one number": lambda r, _: pair(write.integer(r)),
    "a SET": lambda r, s: write.element(strict.SET, write.integer(r) + write.integer(s)),
    "a long length": lambda r, s: b"\x30\x81" + pair(write.integer(r), write.integer(s))[1:],
    "bytes behind": lambda r, s: pair(write.integer(r), write.integer(s)) + b"\0",
    "raw and one more": lambda r, s: raw(r) + raw(s) + b"\0",
    "raw zeros": lambda _r, _s: bytes(64),
    "nothing": lambda _r, _s: b"",
}
TOLERATED = {
    "raw": (lambda r, s: raw(r) + raw(s), "quirk_q4"),
    "33 bytes each": (lambda r, s: pair(b"\x02\x21\0" + raw(r), b"\x02\x21\0" + raw(s)), None),
    "as it is": (lambda r, s: pair(write.integer(r), write.integer(s)), None),
}


def with_value(office, data, change):
    """The bureau's stamp with its two numbers changed; the same for the value of the seal."""

    class Bent:
        certificate, algorithm = office.pki.signer.certificate, office.pki.signer.algorithm

        @staticmethod
        def sign(message):
            return change(*numbers(office.pki.signer.sign(message)))

    return signed(data, Bent, office.seal)


@pytest.mark.parametrize("name", VALUES)
def test_other_numbers_are_no_signature(office, data, name):
    verdict, reasons = judged(office, with_value(office, data, VALUES[name]))
    assert verdict == "failed"
    assert reasons == {"signature_invalid"}


@pytest.mark.parametrize("name", TOLERATED)
def test_the_same_numbers_in_another_form_are_noticed(office, data, name):
    change, notice = TOLERATED[name]
    bent = with_value(office, data, change)
    report = office.verify(bent)
    assert report.verdict.value == "passed"
    assert notice is None or notice in report.signatures[0].notices


# Who may make, sign, list


def seal_by(maker, signer):
    return attacker.seal_of(maker, signers=[signer.certificate], properties=PERIOD)


def test_a_signer_who_makes_his_own_seal(office, data):
    """By default any trusted certificate may make a seal, which is noticed; a policy ends it."""
    rival = office.pki.signer_ca.issue("99000000000005")
    own = signed(data, rival, seal_by(rival, rival))
    report = office.verify(own)
    assert report.verdict.value == "passed"
    assert "maker_is_signer" in report.signatures[0].notices
    makers = Policy(makers=TrustStore([office.pki.maker_ca.certificate]))
    verdict, reasons = judged(office, own, policy=makers)
    assert (verdict, "maker_untrusted" in reasons) == ("failed", True)


def test_the_bureaus_seal_in_another_hand(office, data):
    rival = office.pki.signer_ca.issue("99000000000006")
    found = judged(office, signed(data, rival, office.seal))
    assert found == ("failed", {"signer_not_listed"})


def test_a_changed_seal_in_the_makers_name(office, data):
    rival = office.pki.signer_ca.issue("99000000000007")
    value = office.seal.signature
    bent = attacker.seal_of(
        office.pki.maker, signers=[rival.certificate], properties=PERIOD, value=value
    )
    found = judged(office, signed(data, rival, bent))
    assert found == ("failed", {"seal_signature_invalid"})


def test_a_leaf_is_no_ca_and_a_namesake_no_root(office, data):
    key = PrivateKey.generate("sm2")
    leaf = office.pki.signer_ca.issue("99000000000008", key=key)
    below = Authority(key, leaf.certificate, (), AT)
    namesake = Authority.create("测试证书 CA", at=AT)
    for authority in (below, namesake):
        signer = authority.issue("99000000000001")
        lists = (*office.pki.materials.crls, Crl.from_der(authority.crl()))
        materials = Materials(certificates=(authority.certificate,), crls=lists)
        bent = signed(data, signer, seal_by(office.pki.maker, signer))
        assert judged(office, bent, materials=materials)[0] != "passed"


@pytest.mark.parametrize("usage", [["key_encipherment"], ["key_cert_sign", "crl_sign"], []])
def test_a_certificate_for_other_uses(office, data, usage):
    signer = office.pki.signer_ca.issue("99000000000009", key_usage=usage)
    found = judged(office, signed(data, signer, seal_by(office.pki.maker, signer)))
    assert found == ("failed", {"key_usage_refused"})
    maker = office.pki.maker_ca.issue("测试制章", key_usage=usage)
    found = judged(office, signed(data, office.pki.signer, seal_by(maker, office.pki.signer)))
    assert found == ("failed", {"key_usage_refused"})


def lists_of(office, *wrong):
    return Materials(crls=(Crl.from_der(office.pki.maker_crl), *map(Crl.from_der, wrong)))


LISTS = {
    "none": (lambda _ca, _signer: [], "no_revocation_data"),
    "stale": (
        lambda ca, _: [ca.crl(this_update=AT - timedelta(days=9), next_update=AT)],
        "revocation_stale",
    ),
    "by a namesake": (
        lambda ca, _: [Authority.create("测试证书 CA", at=AT).crl()],
        "no_revocation_data",
    ),
    "by another key in its name": (
        lambda ca, _: [ca.crl(key=Authority.create("x", at=AT).key)],
        "no_revocation_data",
    ),
    "for CAs only": (
        lambda ca, _: [ca.crl(extensions=[distribution_point_extension(flags=[2])])],
        "no_revocation_data",
    ),
    "indirect": (
        lambda ca, _: [ca.crl(extensions=[distribution_point_extension(flags=[4])])],
        "unsupported",
    ),
    "of another place": (
        lambda ca, _: [ca.crl(extensions=[distribution_point_extension("http://x/y.crl")])],
        "no_revocation_data",
    ),
    "revoked, then a newer list without it": (
        lambda ca, signer: [
            ca.crl([Revoked(signer.certificate, AT, "key_compromise")]),
            ca.crl(this_update=AT + timedelta(hours=1)),
        ],
        "certificate_revoked_before_signing",
    ),
    "revoked after signing": (
        lambda ca, signer: [ca.crl([Revoked(signer.certificate, T + timedelta(hours=1))])],
        "certificate_revoked_no_proof_of_time",
    ),
    "compromised before signing": (
        lambda ca, signer: [
            ca.crl(
                [
                    Revoked(
                        signer.certificate,
                        T + timedelta(hours=1),
                        "key_compromise",
                        invalidity_date=AT,
                    )
                ]
            )
        ],
        "certificate_revoked_before_signing",
    ),
}


@pytest.mark.parametrize("name", LISTS)
def test_lists_that_do_not_clear_the_signer(office, data, name):
    make, reason = LISTS[name]
    document = signed(data, office.pki.signer, office.seal)
    materials = lists_of(office, *make(office.pki.signer_ca, office.pki.signer))
    verdict, reasons = judged(office, document, materials=materials)
    assert verdict != "passed"
    assert reasons == {reason}


# What a document says of itself is shown, not obeyed


HOSTILE = "<script>alert(1)</script>\x1b[31m\u202e\n通过  passed\x00'\"&"


def test_hostile_names_stay_text(office, data):
    signer = office.pki.signer_ca.issue(HOSTILE, organization=HOSTILE)
    seal = attacker.seal_of(
        office.pki.maker,
        signers=[signer.certificate],
        properties=PERIOD | {"name": HOSTILE},
        es_id="<b>\n\x1b",
    )
    document = signed(data, signer, seal, location="<i>\n\x1b[2J")
    document = ofd.edited(document, ofd.LIST, 'ID="s900"', 'ID="&lt;u&gt;&#x202e;&#10;"')
    report = office.verify(document)
    report.to_json().encode()
    assert json.loads(report.to_json())["signatures"][0]["seal"]["name"] == HOSTILE
    for text in (render_text(report, verbose=True), render_html(report)):
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "\x00" not in text
    page = render_html(report)
    assert not any(f"<{tag}>" in page for tag in ("script", "b", "i", "u"))
    assert "\n通过  passed" not in render_text(report, verbose=True)


@pytest.mark.parametrize("name", ["\ud800.ofd", "a\x1b[31m.ofd", "a\n通过.ofd"])
def test_a_hostile_file_name_stays_text(office, tmp_path, name):
    plain = tmp_path / "a.ofd"
    plain.write_bytes(office.stamp())
    report = office.verify(plain)
    object.__setattr__(report, "file", name)
    assert "\x1b" not in render_text(report)
    assert "\n通过" not in render_text(report)
    render_html(report).encode()
    render_text(report).encode()
    report.to_json().encode()
    assert json.loads(report.to_json())["file"] == name
