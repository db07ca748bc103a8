"""The rules about certificates: their own state, their CA, their maker, and the codes in them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from binding_desk import AT, DAY, codes, credit_code, picture
from govseal.asn1 import strict, write
from govseal.pki.crl import Crl
from govseal.pki.keys import EC_PUBLIC_KEY, SM2_CURVES
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.seal.binding import standing
from govseal.testing import Authority, x509

FOR_TIME_STAMPS = x509.extended_key_usage_extension(("time_stamping",), is_critical=True)

# 证书 · the certificate ------------------------------------------------------------------------

CERTIFICATES = [
    pytest.param({"not_after": AT - DAY / 2}, "E_EXPIRED", id="expired"),
    pytest.param({"not_before": AT + DAY}, "E_TOO_EARLY", id="not yet"),
    pytest.param({"key_usage": ("key_agreement",)}, "E_KEY_USAGE", id="for encryption"),
    pytest.param({"extensions": (FOR_TIME_STAMPS,)}, "E_KEY_USAGE", id="for time stamps"),
    pytest.param({"cn": "99000000000002"}, "E_SEAL_NUMBER", id="another CN"),
    pytest.param({"o": "测试市某局"}, "E_CREDIT_CODE", id="no credit code"),
    pytest.param({"o": "测试市某局11990000MB0000019F"}, "E_CERT_NAME_MISMATCH", id="code behind"),
    pytest.param({"o": "11990000MB0000019G测试市某局"}, "E_CERT_NAME_MISMATCH", id="check char"),
    pytest.param({"o": credit_code("990000") + "另一局"}, "E_CERT_NAME_MISMATCH", id="other unit"),
    pytest.param({"o": credit_code("990000")}, "E_CERT_NAME_MISMATCH", id="code alone"),
    pytest.param({"o": ""}, "E_CERT_NAME_MISMATCH", id="no name"),
    pytest.param({"o": credit_code("140500") + "测试市某局"}, "E_DIVISION_CODE", id="elsewhere"),
    pytest.param({"o": credit_code("139900") + "测试市某局"}, "E_DIVISION_CODE", id="nowhere"),
]


@pytest.mark.parametrize(("how", "code"), CERTIFICATES)
@pytest.mark.req("R-JC29S-07")
def test_one_thing_of_the_certificate_changed_is_refused(desk, how, code):
    test = desk("test")
    found = test.judge(test.issue(**how))
    assert found[0].code == code
    assert not found[0].is_unknown


@pytest.mark.req("R-JC29S-07")
def test_brackets_and_widths_make_no_other_unit(desk):
    test = desk("test")
    certificate = test.issue(o=credit_code("990000") + "测试市某局(甲)")
    assert test.judge(certificate, facts={"name": "测试市某局（甲）专用章"}) == ()


def test_the_division_is_that_of_its_time(desk):
    government = desk("government")
    old, new = "36072700000001", "36078300000001"
    o = credit_code("360700") + government.unit
    for es_id, year, expected in (
        (old, 2019, []),
        (old, 2026, [("E_DIVISION_CODE", "division")]),
        (new, 2019, [("E_DIVISION_CODE", "division")]),
        (new, 2026, []),
    ):
        made_at = datetime(year, 6, 1, tzinfo=UTC)
        certificate = government.issue(cn=es_id, o=o)
        found = government.judge(certificate, facts={"es_id": es_id, "made_at": made_at})
        assert codes(found) == expected, (es_id, year)


@pytest.mark.parametrize(
    ("name", "how", "facts"),
    [
        ("government", {"o": "11990000MB0000019F测试市某局"}, {}),
        ("government", {"o": credit_code("330100") + "测试市某局"}, {}),
        ("ganzhou", {"cn": "36010000000001"}, {"es_id": "36010000000001"}),
        ("government", {"cn": "99000000000001"}, {"es_id": "99000000000001"}),
        ("government", {"cn": "00050000000001"}, {"es_id": "00050000000001"}),
    ],
    ids=["test credit code", "another province", "outside the city", "test seal", "no province"],
)
def test_divisions_that_do_not_agree(desk, name, how, facts):
    found = desk(name).judge(desk(name).issue(**how), facts=facts)
    assert {item.code for item in found} == {"E_DIVISION_CODE"}


@pytest.mark.parametrize(
    ("division", "own"),
    [
        pytest.param("100000", "140500", id="national"),
        pytest.param("140521", "140500", id="county"),
        pytest.param("140571", "140500", id="zone"),
        pytest.param("140000", "140500", id="province"),
        pytest.param("110302", "110115", id="zone of a municipality"),
    ],
)
def test_divisions_that_agree(desk, division, own):
    government = desk("government")
    es_id = own + "00000001"
    certificate = government.issue(cn=es_id, o=credit_code(division) + government.unit)
    assert government.judge(certificate, facts={"es_id": es_id}) == ()


# What the field binds (esID, credit code of the O), with invented names beside the public codes.
FIELD = [
    pytest.param("53011200000556", "115300000151003540", 45, id="a province's department"),
    pytest.param("37030000001721", "11370306MB2867521U", 42, id="a district's bureau"),
    pytest.param("32050000011053", credit_code("320500"), 42, id="a city's bureau"),
]


@pytest.mark.parametrize(("es_id", "code", "size"), FIELD)
def test_codes_of_the_field_are_accepted(desk, es_id, code, size):
    government = desk("government")
    certificate = government.issue(cn=es_id, o=code + government.unit)
    facts = {"es_id": es_id, "picture": picture(size, size)}
    assert government.judge(certificate, facts=facts) == ()


# 信任 · CAs, makers, revocation ----------------------------------------------------------------


@pytest.mark.req("R-JC29S-06c")
def test_a_certificate_of_another_ca_is_refused(desk):
    jincheng = desk("jincheng")
    other = Authority.create("另一 CA", at=AT)
    trust = jincheng.trust.union(TrustStore((other.certificate,)))
    crls = (*jincheng.crls().crls, Crl.from_der(other.crl()))
    found = jincheng.judge(
        jincheng.issue(authority=other), trust=trust, materials=Materials(crls=crls)
    )
    assert codes(found) == [("E_CA_NOT_ALLOWED", "certificate_ca")]
    assert not found[0].is_unknown
    assert "第六条" in found[0].clause


@pytest.mark.req("R-JC29S-06c")
@pytest.mark.parametrize("name", ["jincheng", "national-2025"])
def test_without_a_list_of_cas_nobody_can_tell(desk, name):
    found = desk(name).judge(cas=None)
    assert [(item.code, item.is_unknown) for item in found] == [("E_CA_NOT_ALLOWED", True)]


def test_an_unknown_anchor_is_a_question_and_an_unnamed_ca_an_answer(desk):
    test = desk("test")
    found = test.judge(trust=TrustStore((test.maker_ca.certificate,)), cas=None)
    assert [(item.code, item.is_unknown) for item in found] == [
        ("E_CA_NOT_ALLOWED", True),
        ("E_NO_REVOCATION_DATA", True),
    ]
    found = test.judge(trust=TrustStore((test.maker_ca.certificate,)))
    assert (found[0].code, found[0].is_unknown) == ("E_CA_NOT_ALLOWED", False)


def test_a_broken_chain_is_no_allowed_ca(desk):
    test = desk("test")
    forged = Authority.create("测试证书 CA", at=AT)
    certificate = test.issue(authority=forged)
    found = test.judge(certificate)
    assert found[0].code == "E_CA_NOT_ALLOWED"
    assert not found[0].is_unknown


@pytest.mark.req("R-JC29S-07")
def test_a_revoked_certificate_is_refused(desk):
    test = desk("test")
    found = test.judge(revoked=[AT - DAY])
    assert codes(found) == [("E_CERT_REVOKED", "certificate_revocation")]
    assert not found[0].is_unknown


def test_a_later_revocation_does_not_reach_back(desk):
    assert desk("test").judge(revoked=[AT + DAY]) == ()


def test_no_revocation_data_is_a_question(desk):
    found = desk("test").judge(materials=Materials())
    assert [(item.code, item.is_unknown) for item in found] == [("E_NO_REVOCATION_DATA", True)]


@pytest.mark.req("R-HLJ-12a")
def test_a_maker_who_is_not_listed_is_refused(desk):
    old = desk("heilongjiang-2014")
    found = old.judge(makers=TrustStore((old.ca.certificate,)))
    assert codes(found) == [("E_MAKER_UNTRUSTED", "maker_allowed")]
    assert found[0].clause == "第十二条"
    assert old.judge(makers=TrustStore((old.maker.certificate,))) == ()


@pytest.mark.req("R-HLJ-12a")
def test_without_a_list_of_makers_nobody_can_tell(desk):
    found = desk("heilongjiang-2014").judge(makers=None)
    assert [(item.code, item.is_unknown) for item in found] == [("E_MAKER_UNTRUSTED", True)]


def test_a_maker_without_a_certificate_or_an_anchor_is_a_question(desk):
    test = desk("test")
    for how in ({"maker": None}, {"trust": TrustStore((test.ca.certificate,))}):
        found = test.judge(makers=None, **how)
        assert codes(found) == [("E_MAKER_UNTRUSTED", "maker_allowed")]
        assert found[0].is_unknown


def test_a_maker_is_no_signer(desk):
    test = desk("test")
    found = test.judge(facts={"maker": test.signer})
    assert codes(found) == [("E_MAKER_IS_SIGNER", "maker_apart")]


def test_one_key_in_two_certificates_is_one(desk):
    test = desk("test")
    twin = test.maker_ca.issue("测试电子印章制作系统", key=None).certificate
    assert test.judge(facts={"maker": twin}) == ()
    key = test.ca.issue("x")
    first = test.issue(key=key._key)
    found = test.judge(first, facts={"maker": test.issue(cn="另一", key=key._key)})
    assert codes(found) == [("E_MAKER_IS_SIGNER", "maker_apart")]


def test_one_key_spelt_in_two_ways_is_one(desk):
    """A CA of 2018 names the signature algorithm where the curve belongs."""
    test = desk("test")
    other = write.oid(SM2_CURVES[1])

    def respell(template):
        numbers = strict.parse(template.spki).children()
        name = write.sequence(write.oid(EC_PUBLIC_KEY), other)
        template.spki = write.sequence(name, numbers[1].raw)

    key = test.ca.issue("x")._key
    twin = test.maker_ca.issue("测试电子印章制作系统", key=key, modify=respell).certificate
    found = test.judge(test.issue(key=key), facts={"maker": twin})
    assert codes(found) == [("E_MAKER_IS_SIGNER", "maker_apart")]


def test_a_seal_without_a_certificate_is_refused(desk):
    found = desk("test").judge(standings=[])
    assert codes(found) == [("E_NO_CERT", "certificate_present")]
    assert not found[0].is_unknown


def test_a_list_of_digests_cannot_be_judged(desk):
    found = desk("test").judge(standings=[], facts={"signers": (), "has_digests": True})
    assert [(item.code, item.is_unknown) for item in found] == [("E_NO_CERT", True)]


def test_each_certificate_is_judged(desk):
    test = desk("test")
    materials = test.crls()
    both = [test.signer, test.issue(cn="99000000000002")]
    standings = [standing(item, test.trust, materials, at=AT) for item in both]
    assert codes(test.judge(standings=standings)) == [("E_SEAL_NUMBER", "seal_number")]
