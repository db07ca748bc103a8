"""The facts of a seal: the same from the arguments of its making and from the seal itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from binding_desk import AT, codes, credit_code, picture
from govseal.pki.trust import TrustStore
from govseal.seal import codec
from govseal.seal.binding import SealFacts, judge, standing
from govseal.seal.make import make_seal
from govseal.seal.model import CertificateDigest, SignerList
from govseal.testing import Hierarchy
from govseal.testing.hierarchy import UNIT_NAME

NAME = UNIT_NAME + "行政审批专用章"


@pytest.fixture(scope="module")
def pki():
    return Hierarchy.create("sm2", at=AT)


def arguments(pki, **changes):
    values = {"name": NAME, "picture": picture(), "signers": [pki.signer.certificate], "at": AT}
    return values | changes


def judged(pki, desk, facts, trust=None):
    trust = pki.trust if trust is None else trust
    standings = [standing(item, trust, pki.materials, at=AT) for item in facts.signers]
    maker = standing(pki.maker.certificate, pki.trust, pki.materials, at=AT)
    return judge(desk("test").profile, facts, standings, at=AT, maker=maker)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"es_id": "99000000000002", "seal_type": 1},
        {"not_before": AT, "not_after": AT.replace(month=9)},
    ],
)
def test_before_and_after_making_they_are_the_same(pki, changes):
    before = SealFacts.from_arguments(pki.maker.certificate, **arguments(pki, **changes))
    after = SealFacts.from_seal(make_seal(pki.maker, **arguments(pki, **changes)))
    assert after == replace(before, is_made=True)


def test_a_drawing_gives_its_picture(pki):
    class Drawing:
        def picture(self):
            return picture()

    drawn = arguments(pki, picture=Drawing())
    assert SealFacts.from_arguments(pki.maker.certificate, **drawn).picture == picture()


def test_the_throw_away_hierarchy_meets_the_test_profile(pki, desk):
    seal = make_seal(pki.maker, **arguments(pki))
    assert judged(pki, desk, SealFacts.from_seal(seal)) == ()


def test_without_signers_there_is_no_certificate(pki, desk):
    facts = SealFacts.from_arguments(pki.maker.certificate, **arguments(pki, signers=[]))
    assert ("E_NO_CERT", "certificate_present") in codes(judged(pki, desk, facts))


def test_a_certificate_that_cannot_be_read_is_none(pki, desk):
    seal = make_seal(pki.maker, **arguments(pki))
    listed = SignerList(certificates=(b"\x30\x00",))
    broken = replace(
        seal,
        maker_certificate=b"\x30\x00",
        properties=replace(seal.properties, signers=listed),
    )
    facts = SealFacts.from_seal(broken)
    assert (facts.maker, facts.signers, facts.has_digests) == (None, (), False)
    found = judged(pki, desk, facts)
    assert found[0].code == "E_NO_CERT"
    assert not found[0].is_unknown


def test_digests_name_nobody(pki, desk):
    seal = make_seal(pki.maker, **arguments(pki))
    listed = SignerList(digests=(CertificateDigest("SM3", bytes(32)),))
    facts = SealFacts.from_seal(replace(seal, properties=replace(seal.properties, signers=listed)))
    found = judged(pki, desk, facts)
    assert [(item.code, item.is_unknown) for item in found] == [("E_NO_CERT", True)]


def test_padding_is_no_part_of_a_name(pki):
    seal = make_seal(pki.maker, **arguments(pki))
    padded = replace(seal, properties=replace(seal.properties, name=NAME + "\x00\x00"))
    assert SealFacts.from_seal(codec.decode_seal(seal.der)) == SealFacts.from_seal(padded)


def test_a_standing_has_a_path_and_its_revocations(pki):
    found = standing(pki.signer.certificate, pki.trust, pki.materials, at=AT)
    assert found.path.outcome == "passed"
    assert [item.state for item in found.revocations] == ["good"]
    unknown = standing(pki.signer.certificate, pki.trust, at=AT)
    assert [item.state for item in unknown.revocations] == ["unknown"]
    stranger = standing(pki.signer.certificate, TrustStore(), at=AT)
    assert (stranger.path.reason, stranger.revocations) == ("no_trust_anchor", ())


def test_a_seal_without_an_identifier_of_its_own_takes_the_common_name(pki, desk):
    other = pki.signer_ca.issue("99000000000077", organization=credit_code("990000") + UNIT_NAME)
    facts = SealFacts.from_arguments(
        pki.maker.certificate, **arguments(pki, signers=[other.certificate])
    )
    assert facts.es_id == "99000000000077"
    assert judged(pki, desk, facts) == ()
