"""Whether a seal may be used: the seal itself, its delegation, and those whom it permits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

import attacker
import delegated
import govseal
from delegated import DAY, HOUR
from govseal.asn1.times import in_beijing
from govseal.pki.materials import Materials
from govseal.pki.revocation import Crl
from govseal.pki.trust import TrustStore
from govseal.seal import codec
from govseal.seal.binding import load_profile
from govseal.seal.extensions import SealScope
from govseal.seal.make import make_seal
from govseal.seal.model import Extension
from govseal.testing import Hierarchy
from govseal.verification import usability
from govseal.verification.policy import Policy
from govseal.verification.report import Verdict
from govseal.verification.usability import SealUse, Usability
from outcomes import at

USABLE, UNUSABLE, UNKNOWN = Usability.USABLE, Usability.UNUSABLE, Usability.UNKNOWN
NOTHING = Materials()


def judge(world, seal=None, *, moment=None, **how):
    """The answer about a seal of the world, a day after it was made."""
    how.setdefault("materials", world.materials)
    trust = how.pop("trust", world.trust)
    seal = seal or world.seal
    return govseal.judge_use(seal, trust, at=moment or at(world) + DAY, **how)


def made(world, **changes):
    values = {
        "name": world.seal.name,
        "picture": world.seal.picture,
        "signers": [world.pki.signer.certificate],
        "at": at(world) + HOUR,
    }
    return make_seal(world.pki.maker, **values | changes)


def bent(world, **properties):
    """A seal by the world's maker whose properties nobody checked."""
    start = at(world)
    dates = {"create_date": start, "not_before": start, "not_after": start + 60 * DAY}
    der = attacker.seal_of(
        world.pki.maker,
        signers=[world.pki.signer.certificate],
        properties=dates | {k: v for k, v in properties.items() if k != "extensions"},
        extensions=codec.extension_rows(properties.get("extensions", ())),
    )
    return codec.decode_seal(der)


def found(use):
    return use.usability, use.reasons


def test_a_proper_seal_is_usable(either):
    use = judge(either)
    assert isinstance(use, SealUse)
    assert found(use) == (USABLE, ())
    assert use.report.verdict is Verdict.PASSED
    assert use.at == use.report.verified_at == at(either) + DAY
    (signer,) = use.signers
    assert (signer.usability, signer.reason, signer.detail) == (USABLE, "", "")
    assert signer.subject == either.pki.signer.certificate.subject
    assert signer.not_after == either.pki.signer.certificate.not_after


def test_the_values_are_what_programs_read():
    assert [item.value for item in Usability] == ["usable", "unusable", "unknown"]


def test_bytes_paths_and_seals_are_one(world, tmp_path):
    path = tmp_path / "seal.esl"
    path.write_bytes(world.seal.der)
    assert judge(world, world.seal.der) == judge(world)
    assert found(judge(world, path)) == found(judge(world))


def test_a_time_needs_its_zone(world):
    with pytest.raises(ValueError, match="time zone"):
        judge(world, moment=datetime(2026, 6, 2))  # noqa: DTZ001 - that is what is refused


def test_what_is_no_seal_is_an_error(world):
    with pytest.raises(govseal.FormatError) as caught:
        judge(world, b"no seal")
    assert caught.value.code == "malformed"


# 期限 · periods -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "usable", "reasons"),
    [
        (HOUR, USABLE, ()),
        (HOUR - HOUR / 60, UNUSABLE, ("seal_not_yet_valid",)),
        (10 * DAY, USABLE, ()),
        (10 * DAY + HOUR, UNUSABLE, ("seal_expired",)),
    ],
)
def test_its_own_period(world, moment, usable, reasons):
    seal = made(world, not_after=at(world) + 10 * DAY)
    assert found(judge(world, seal, moment=at(world) + moment)) == (usable, reasons)


def test_of_a_certificate_that_ends_before_the_seal(world):
    seal = bent(world, not_after=at(world) + 800 * DAY)
    fresh = Materials(
        crls=tuple(
            Crl.from_der(ca.crl(this_update=at(world) + 400 * DAY))
            for ca in (world.pki.signer_ca, world.pki.maker_ca)
        )
    )
    use = judge(world, seal, moment=at(world) + 401 * DAY, materials=fresh)
    assert use.usability is UNUSABLE
    assert "certificate_expired" in use.reasons
    assert use.signers[0].reason == "certificate_expired"


# 签章人 · those whom it permits ---------------------------------------------------------------


def test_a_revoked_signer_may_not_use_it(world):
    lists = world.revoking(world.pki.signer_ca, world.pki.signer.certificate, at(world) + HOUR)
    use = judge(world, materials=lists)
    assert found(use) == (UNUSABLE, ("certificate_revoked_before_signing",))
    assert use.report.verdict is Verdict.PASSED
    assert use.signers[0].detail.startswith("revoked at ")


def test_revoked_later_is_a_notice(world):
    lists = world.revoking(world.pki.signer_ca, world.pki.signer.certificate, at(world) + 2 * DAY)
    use = judge(world, materials=lists)
    assert found(use) == (USABLE, ())
    assert use.signers[0].reason == "certificate_revoked_after_judging"


def test_a_certificate_for_other_things(world):
    other = world.pki.signer_ca.issue("99000000000002", key_usage=("key_encipherment",))
    seal = codec.decode_seal(
        attacker.seal_of(
            world.pki.maker,
            signers=[other.certificate],
            properties={
                "create_date": at(world),
                "not_before": at(world),
                "not_after": at(world) + 60 * DAY,
            },
        )
    )
    assert found(judge(world, seal)) == (UNUSABLE, ("key_usage_refused",))


def test_one_of_several_is_enough(world):
    second = world.pki.signer_ca.issue("99000000000002").certificate
    seal = made(world, signers=[world.pki.signer.certificate, second])
    lists = world.revoking(world.pki.signer_ca, second, at(world) + HOUR)
    use = judge(world, seal, materials=lists)
    assert found(use) == (USABLE, ())
    assert [item.usability for item in use.signers] == [USABLE, UNUSABLE]


def test_where_none_of_several_may(world):
    stranger = Hierarchy.create(at=at(world)).signer.certificate
    seal = made(world, signers=[world.pki.signer.certificate, stranger])
    lists = world.revoking(world.pki.signer_ca, world.pki.signer.certificate, at(world) + HOUR)
    use = judge(world, seal, materials=lists)
    assert use.usability is UNKNOWN
    assert use.reasons == ("certificate_revoked_before_signing", "no_trust_anchor")
    assert [item.usability for item in use.signers] == [UNUSABLE, UNKNOWN]


@pytest.mark.parametrize("year", [2020, 2025])
def test_digests_name_nobody(world, year):
    seal = made(world, generation=year, signer_list="digests")
    use = judge(world, seal)
    assert found(use) == (UNKNOWN, ("signer_list_unusable",))
    assert use.signers == ()


def test_a_certificate_that_cannot_be_read(world):
    start = at(world)
    der = codec.decode_seal(bent(world).der)
    broken = replace(
        der,
        properties=replace(
            der.properties,
            signers=replace(der.properties.signers, certificates=(b"\x30\x03\x02\x01\x00",)),
        ),
    )
    report = judge(world, der).report
    use = usability.judge_use(broken, report, world.trust, materials=world.materials)
    assert use.usability is UNUSABLE
    assert use.signers[0].subject == ""
    assert use.signers[0].not_after is None
    assert use.reasons == ("malformed",)
    assert use.at == start + DAY


# 信任 · roots, makers, lists ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "usable", "reasons"),
    [
        ({"trust": TrustStore()}, UNKNOWN, ("no_trust_anchor", "no_revocation_data")),
        ({"materials": NOTHING}, UNKNOWN, ("no_revocation_data",)),
        ({"materials": None}, UNKNOWN, ("no_revocation_data",)),
    ],
)
def test_without_evidence_nobody_knows(world, how, usable, reasons):
    assert found(judge(world, **how)) == (usable, reasons)


def test_roots_of_others(world):
    other = Hierarchy.create(at=at(world))
    use = judge(world, trust=other.trust)
    assert found(use) == (UNKNOWN, ("no_trust_anchor", "no_revocation_data"))


def test_a_maker_who_is_not_among_the_makers(world):
    policy = Policy(makers=TrustStore([world.pki.signer_ca.certificate]))
    use = judge(world, policy=policy)
    assert use.usability is UNUSABLE
    assert use.reasons[0] == "maker_untrusted"


@pytest.mark.parametrize(
    ("moment", "usable", "reason"),
    [
        (-HOUR, UNUSABLE, "certificate_revoked_before_signing"),
        (2 * HOUR, UNKNOWN, "certificate_revoked_no_proof_of_time"),
    ],
)
def test_a_maker_who_was_revoked(world, moment, usable, reason):
    lists = world.revoking(world.pki.maker_ca, world.pki.maker.certificate, at(world) + moment)
    assert found(judge(world, materials=lists)) == (usable, (reason,))


@pytest.mark.parametrize("how", [{}, {"trust": TrustStore(), "materials": NOTHING}])
def test_a_broken_signature_is_never_usable(world, how):
    der = world.seal.der.replace("专用章".encode(), "专用意".encode())
    use = judge(world, codec.decode_seal(der), **how)
    assert use.usability is UNUSABLE
    assert "seal_signature_invalid" in use.reasons


def test_a_profile_is_asked_of_the_seal(world):
    use = judge(world, policy=Policy(binding=load_profile("government")))
    assert use.usability is UNUSABLE
    assert "division_code" in use.reasons


# 委托 · delegation ----------------------------------------------------------------------------


@pytest.mark.req("R-GZ-1.3a")
@pytest.mark.parametrize(
    ("days", "usable", "reasons"),
    [
        (0, UNUSABLE, ("outside_term",)),
        (1, USABLE, ()),
        (30, USABLE, ()),
        (32, UNUSABLE, ("outside_term",)),
    ],
)
def test_its_delegation_is_running(world, days, usable, reasons):
    scope = delegated.scope(at(world) + DAY)
    seal = made(world, extensions=[scope.encode()])
    moment = at(world) + days * DAY + 2 * HOUR
    assert in_beijing(moment) == moment
    assert found(judge(world, seal, moment=moment)) == (usable, reasons)


def test_the_last_second_counts(world):
    scope = delegated.scope(at(world) + DAY)
    seal = made(world, extensions=[scope.encode()])
    assert judge(world, seal, moment=scope.not_before).usability is USABLE
    assert judge(world, seal, moment=scope.not_after).usability is USABLE


def test_a_scope_that_cannot_be_read_is_no_scope_at_all(world):
    seal = bent(world, extensions=[Extension(SealScope.OID, b"\x05\x00")])
    assert found(judge(world, seal)) == (UNUSABLE, ("malformed",))


def test_a_scope_of_a_later_version_is_not_known(world):
    value = delegated.scope(at(world)).encode().value.replace(b"\x02\x01\x01", b"\x02\x01\x02", 1)
    seal = bent(world, extensions=[Extension(SealScope.OID, value)])
    assert found(judge(world, seal)) == (UNKNOWN, ("unsupported",))


def test_what_is_wrong_outweighs_what_is_not_known(world):
    seal = made(
        world, signer_list="digests", extensions=[delegated.scope(at(world) + DAY).encode()]
    )
    use = judge(world, seal, moment=at(world) + 2 * HOUR, trust=TrustStore())
    assert use.usability is UNUSABLE
    assert use.reasons == (
        *("no_trust_anchor", "no_revocation_data"),
        *("outside_term", "signer_list_unusable"),
    )
