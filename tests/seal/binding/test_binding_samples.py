"""Seals of the field by the government profile: what each of them binds, and what it does not.

Nobody's CA is known here, so anchors and revocation stay questions; the rest is answered.
"""

from __future__ import annotations

import pytest

from govseal.pki.certificate import Certificate
from govseal.pki.trust import TrustStore
from govseal.seal import codec
from govseal.seal.binding import SealFacts, judge, load_profile, standing

pytestmark = pytest.mark.samples

UNKNOWN = {"certificate_ca", "certificate_revocation", "maker_allowed"}


def judged(samples, path):
    """The rules that a stamp's seal and signer do not meet, at the time of signing."""
    stamp = codec.decode_signature((samples / path / "SignedValue.dat").read_bytes())
    time = stamp.claimed_time.moment
    signer = standing(Certificate.from_der(stamp.signer_certificate), TrustStore(), at=time)
    found = judge(load_profile("government"), SealFacts.from_seal(stamp.seal), [signer], at=time)
    assert all(item.clause for item in found)
    assert {item.rule for item in found if item.is_unknown} == UNKNOWN
    return {item.rule for item in found if not item.is_unknown}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # A tax seal: the O is the bare name, the CN speaks of a purpose, and the seal outlives its
        # certificate. Number, division, size and generation are as for other seals.
        ("detached/bf41627e62__2", {"seal_period", "seal_number", "credit_code"}),
        # The tax platform's test seals, whose O is a company or absent.
        (
            "detached/8d9baae6f5__1",
            {"certificate_name", "seal_period", "seal_number", "credit_code"},
        ),
        # A company's seal of a vendor's own numbering.
        ("detached/90a8b88c36__2", {"certificate_name", "seal_number", "credit_code"}),
    ],
)
def test_what_a_seal_of_the_field_does_not_bind(samples, path, expected):
    assert judged(samples, path) == expected
