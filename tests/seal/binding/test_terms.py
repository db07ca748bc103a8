"""Seals made under terms: what a profile asks is asked before anything is signed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

import delegated
import govseal
from binding_desk import DAY, codes, png
from govseal.errors import SealError
from govseal.pki.trust import TrustStore
from govseal.seal.binding import (
    BindingTerms,
    SealFacts,
    judge,
    load_profile,
    make_bound_seal,
    standing,
)
from govseal.seal.binding.terms import check_terms
from govseal.seal.drawing import draw_seal
from govseal.seal.make import make_seal
from govseal.seal.picture import SealPicture
from govseal.testing import Revoked
from govseal.verification.usability import Usability

UNIT = "测试市某局"
PURPOSE = "行政审批专用章"


@dataclass
class Silent:
    """A maker that must not be asked to sign."""

    certificate: object
    algorithm: object
    chain: tuple = ()

    def sign(self, message):
        raise AssertionError("nothing is signed before the rules are met")


def terms(desk, **changes):
    """The terms of a desk's profile, with everything that the strictest asks for."""
    values = {
        "profile": desk.profile,
        "trust": desk.trust,
        "materials": desk.crls(),
        "cas": TrustStore((desk.ca.certificate,)),
        "makers": TrustStore((desk.maker_ca.certificate,)),
        "imprint": SealPicture("PNG", png(), 42, 42),
    }
    return BindingTerms(**values | changes)


def make(desk, held=None, *, maker=None, **changes):
    values = {
        "name": desk.name,
        "picture": SealPicture("PNG", png(), 42, 42),
        "signers": [desk.signer],
        "at": desk.at,
    }
    return make_bound_seal(held or terms(desk), maker or desk.maker, **values | changes)


def refused(desk, *codes, held=None, **changes):
    """The refusal; the maker's key was not used."""
    silent = Silent(desk.maker.certificate, desk.maker.algorithm)
    with pytest.raises(SealError) as caught:
        make(desk, held, **{"maker": silent} | changes)
    error = caught.value
    assert tuple(item.code for item in error.violations) == codes
    assert (error.code, error.clause) == (codes[0], error.violations[0].clause)
    for item in error.violations:
        assert item.detail in str(error)
        assert item.clause in str(error)
    return error


@pytest.mark.parametrize("name", ["test", "government", "national-2025", "jincheng", "ganzhou"])
def test_a_proper_seal_is_made(desk, name):
    found = desk(name)
    seal = make(found)
    assert (seal.name, seal.es_id) == (found.name, found.code)
    seal_use = govseal.judge_use(
        seal,
        found.trust,
        materials=found.crls(),
        policy=govseal.Policy(binding=found.profile, cas=TrustStore((found.ca.certificate,))),
        at=found.at,
    )
    assert seal_use.usability is Usability.USABLE


# 有效期 · the period --------------------------------------------------------------------------


@pytest.mark.req("R-JC29S-08a")
def test_an_equal_period_is_the_certificates(desk):
    found = desk("jincheng")
    properties = make(found).properties
    assert properties.not_before.moment == found.signer.not_before
    assert properties.not_after.moment == found.signer.not_after


def test_of_several_certificates_no_period_is_equal(desk):
    found = desk("jincheng")
    second = found.issue(not_before=found.at - DAY / 2)
    refused(found, "E_VALIDITY_MISMATCH", signers=[found.signer, second])


def test_elsewhere_it_begins_when_it_is_made(desk):
    found = desk("test")
    assert make(found).properties.not_before.moment == found.at


@pytest.mark.parametrize("changes", [{"not_before": DAY / 2}, {"not_after": DAY}])
def test_another_period_than_the_certificates(desk, changes):
    found = desk("jincheng")
    dates = {key: found.at + offset for key, offset in changes.items()}
    refused(found, "E_VALIDITY_MISMATCH", **dates)
    assert make(desk("test"), **{key: desk("test").at + v for key, v in changes.items()})


# 已知的事实 · what is known beside the seal ---------------------------------------------------


@pytest.mark.parametrize(
    ("name", "known", "codes"),
    [
        ("test", {"unit_name": UNIT}, ()),
        ("test", {"unit_name": "测试市另一局"}, ("E_CERT_NAME_MISMATCH", "E_SEAL_NAME")),
        ("test", {"unit_name": UNIT, "ownership": "business"}, ()),
        ("test", {"unit_name": UNIT, "ownership": "legal_name"}, ("E_SEAL_NAME",)),
        ("ganzhou", {"region": "360722"}, ()),
        ("ganzhou", {"region": "360704"}, ("E_SEAL_NUMBER",)),
        ("jincheng", {"imprint": None}, ("E_IMPRINT_MISMATCH",)),
        ("jincheng", {"cas": None}, ("E_CA_NOT_ALLOWED",)),
        ("jincheng", {"cas": TrustStore()}, ("E_CA_NOT_ALLOWED",)),
        ("test", {"makers": None}, ()),
        ("test", {"materials": None}, ("E_NO_REVOCATION_DATA",)),
        (
            "test",
            {"trust": TrustStore(), "makers": None, "cas": None},
            ("E_CA_NOT_ALLOWED", "E_NO_REVOCATION_DATA", "E_MAKER_UNTRUSTED"),
        ),
    ],
)
def test_what_is_known_decides(desk, name, known, codes):
    found = desk(name)
    held = terms(found, **known)
    if codes:
        refused(found, *codes, held=held)
    else:
        assert make(found, held).name == found.name


def test_a_revoked_certificate_gets_no_seal(desk):
    found = desk("test")
    held = terms(found, materials=found.crls(Revoked(found.signer, found.at - DAY / 2)))
    assert refused(found, "E_CERT_REVOKED", held=held).clause == "GB/T 38540-2020, 7.2"


def test_makers_stand_by_their_own_roots(desk):
    found = desk("test")
    held = terms(found, trust=TrustStore((found.ca.certificate,)))
    assert make(found, held).name == found.name
    held = terms(found, makers=TrustStore((found.ca.certificate,)))
    refused(found, "E_MAKER_UNTRUSTED", held=held)


def test_a_root_of_the_system_vouches_for_no_maker(desk):
    found = desk("test")
    system = TrustStore()
    root = found.maker_ca.certificate
    system._fill((root,), frozenset((root,)))
    trust = TrustStore((found.ca.certificate,)) | system
    refused(found, "E_MAKER_UNTRUSTED", held=terms(found, trust=trust, makers=None))


# 用章范围 · the scope ---------------------------------------------------------------------------


def handed_to(found, region):
    """The scope of a seal that the desk's unit hands to a county."""
    return delegated.scope(found.at, region=region).encode()


@pytest.mark.req("R-GZ-A")
def test_the_county_of_a_scope_is_that_of_the_number(desk):
    found = desk("ganzhou")
    seal = make(found, terms(found), extensions=[handed_to(found, "360722")])
    facts = SealFacts.from_seal(seal)
    assert facts.region == "360722"
    for held in (terms(found), terms(found, region="360722")):
        refused(found, "E_SEAL_NUMBER", held=held, extensions=[handed_to(found, "360704")])


@pytest.mark.req("R-GZ-A")
def test_a_made_seal_of_another_county_breaks_the_rule(desk):
    """Whoever made it asked nothing; the verifier sees it in the seal itself."""
    found = desk("ganzhou")
    seal = make_seal(
        found.maker,
        name=found.name,
        picture=SealPicture("PNG", png(), 42, 42),
        signers=[found.signer],
        at=found.at,
        extensions=[handed_to(found, "360704")],
    )
    one = standing(found.signer, found.trust, found.crls(), at=found.at)
    violations = judge(found.profile, SealFacts.from_seal(seal), [one], at=found.at, maker=None)
    assert ("E_SEAL_NUMBER", "seal_sequence") in codes(violations)


# 印模 · picture and imprint -------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawing():
    return draw_seal(UNIT, bottom=PURPOSE)


@pytest.mark.req("R-JC29S-06b")
@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_drawing_and_the_imprint_in_any_form(desk, drawing, form):
    found = desk("jincheng")
    seal = make(found, terms(found, imprint=drawing.picture("svg")), picture=drawing.picture(form))
    assert seal.picture.kind == form


@pytest.mark.req("R-JC29S-06b")
def test_another_picture_than_the_imprint(desk, drawing):
    found = desk("jincheng")
    held = terms(found, imprint=draw_seal("测试市另一局", bottom=PURPOSE).picture("svg"))
    error = refused(found, "E_IMPRINT_MISMATCH", held=held, picture=drawing.picture("svg"))
    assert error.violations[0].is_unknown is False


def test_an_imprint_counts_where_the_profile_asks_for_none(desk, drawing):
    found = desk("test")
    held = terms(found, imprint=draw_seal("测试市另一局", bottom=PURPOSE).picture("svg"))
    silent = Silent(found.maker.certificate, found.maker.algorithm)
    with pytest.raises(SealError) as caught:
        make(found, held, maker=silent, picture=drawing.picture("svg"))
    assert caught.value.code == "E_IMPRINT_MISMATCH"


@pytest.mark.req("R-JC29S-07")
def test_the_words_of_a_drawing_are_the_seals(desk, drawing):
    found = desk("test")
    assert make(found, terms(found, imprint=None), picture=drawing).name == found.name
    other = draw_seal(UNIT, bottom="财务专用章")
    refused(found, "E_SEAL_NAME", held=terms(found, imprint=None), picture=other)


def test_of_a_picture_the_words_are_not_known(desk):
    found = desk("test")
    other = draw_seal(UNIT, bottom="财务专用章").picture("svg")
    assert make(found, terms(found, imprint=None), picture=other).name == found.name


def test_a_specimen_is_not_drawn_into_a_seal(desk, drawing):
    found = desk("test")
    with pytest.raises(SealError) as caught:
        make(found, terms(found, imprint=None), picture=drawing.specimen())
    assert caught.value.code == "E_SPECIMEN"


# 其他 · the rest ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"generation": 2014}, ("E_GENERATION",)),
        ({"es_id": "1"}, ("E_SEAL_NUMBER", "E_SEAL_NUMBER", "E_DIVISION_CODE", "E_DIVISION_CODE")),
        ({"name": "另一局"}, ("E_CERT_NAME_MISMATCH",)),
        ({"name": ""}, ("E_CERT_NAME_MISMATCH", "E_SEAL_NAME")),
        (
            {"signers": []},
            ("E_NO_CERT", "E_VALIDITY_MISMATCH", "E_SEAL_NUMBER", "E_DIVISION_CODE"),
        ),
        ({"picture": SealPicture("PNG", png(), 61, 61)}, ("E_SEAL_SIZE",)),
    ],
)
def test_each_breach_is_named(desk, changes, codes):
    found = desk("test")
    error = refused(found, *codes, held=terms(found, imprint=None), **changes)
    assert all(item.clause for item in error.violations)


def test_every_breach_is_named_and_what_is_wrong_comes_first(desk):
    found = desk("jincheng")
    held = terms(found, cas=None, imprint=None)
    error = refused(
        found,
        *("E_CERT_NAME_MISMATCH", "E_CA_NOT_ALLOWED", "E_IMPRINT_MISMATCH"),
        held=held,
        name="另一局",
    )
    assert [item.is_unknown for item in error.violations] == [False, True, True]


def test_the_type_of_a_generation_is_taken(desk):
    found = desk("test")
    assert make(found).properties.type == 6
    rules = dict(found.profile.rules)
    rules["seal_generation"] = replace(rules["seal_generation"], settings={"allowed": (2014,)})
    held = terms(found, profile=replace(found.profile, rules=rules))
    assert make(found, held, generation=2014).properties.type == 1


def test_the_form_of_the_list_is_passed_on(desk):
    found = desk("test")
    seal = make(found, signer_list="digests", generation=2025)
    assert not seal.properties.signers.certificates
    assert len(seal.properties.signers.digests) == 1


def test_what_making_refuses_is_still_refused(desk):
    found = desk("test")
    with pytest.raises(SealError) as caught:
        make(found, seal_type=-1)
    assert (caught.value.code, caught.value.violations) == ("E_SEAL_TYPE", ())


def test_before_the_regulation_nothing_can_be_judged(desk):
    found = desk("heilongjiang-2014")
    early = load_profile("jincheng")
    held = terms(found, profile=early)
    error = refused(found, "E_PROFILE_NOT_IN_FORCE", held=held)
    assert error.violations[0].is_unknown is True


def test_callers_mistakes(desk):
    found = desk("test")
    with pytest.raises(ValueError, match="generation"):
        make(found, generation=2019)
    with pytest.raises(ValueError, match="time zone"):
        make(found, at=found.at.replace(tzinfo=None))


def test_terms_hide_what_is_long(desk):
    shown = repr(terms(desk("test")))
    assert "imprint" not in shown
    assert "materials" not in shown


def test_the_terms_alone_may_be_asked(desk):
    found = desk("test")
    held = terms(found)
    check_terms(held, found.facts(), found.maker.certificate, at=found.at)
    with pytest.raises(SealError) as caught:
        check_terms(
            held,
            found.facts(),
            found.maker.certificate,
            at=found.at,
            picture_words="测试市某局财务专用章",
        )
    assert caught.value.code == "E_SEAL_NAME"


# 外观 · through the façade --------------------------------------------------------------------


def test_the_facade_makes_and_renews_under_terms(desk):
    found = desk("jincheng")
    held = terms(found)
    values = {"name": found.name, "picture": SealPicture("PNG", png(), 42, 42)}
    seal = govseal.make_seal(
        found.maker, signers=[found.signer], at=found.at, binding=held, **values
    )
    later = found.signer.not_after - 10 * DAY
    next_one = found.issue(not_before=later - DAY, not_after=later + 365 * DAY)
    materials = held.materials
    renewed = govseal.renew_seal(
        seal, found.maker, signers=[next_one], at=later, binding=replace(held, materials=materials)
    )
    assert renewed.properties.not_before.moment == next_one.not_before
    assert renewed.properties.not_after.moment == next_one.not_after
    assert (renewed.name, renewed.es_id) == (seal.name, seal.es_id)


def test_the_facade_refuses_by_terms(desk):
    found = desk("jincheng")
    values = {"name": "另一局", "picture": SealPicture("PNG", png(), 42, 42)}
    with pytest.raises(SealError) as caught:
        govseal.make_seal(
            found.maker, signers=[found.signer], at=found.at, binding=terms(found), **values
        )
    assert caught.value.code == "E_CERT_NAME_MISMATCH"
    seal = govseal.make_seal(found.maker, signers=[found.signer], at=found.at, **values)
    with pytest.raises(SealError) as caught:
        govseal.renew_seal(
            seal,
            found.maker,
            signers=[found.signer],
            at=found.at,
            window_days=None,
            binding=terms(found),
        )
    assert caught.value.code == "E_CERT_NAME_MISMATCH"
