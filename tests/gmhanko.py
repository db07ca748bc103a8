"""What pyHanko lacks to judge SM2: the name of SM3, and a validator for the signature itself."""

from __future__ import annotations

from asn1crypto import algos, x509
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from govseal import errors
from govseal.asn1 import strict
from govseal.pki.algorithms import SM2_SM3
from govseal.pki.keys import read_public_key

#: By its number, and by the name that the package registers for it.
SM2_CURVES = ("1.2.156.10197.1.301", "sm2p256v1")

# Additive and process-wide: asn1crypto has no public way to name a digest algorithm.
algos.DigestAlgorithmId._map.setdefault("1.2.156.10197.1.401", "sm3")
if algos.DigestAlgorithmId._reverse_map is not None:  # built with the first digest named
    algos.DigestAlgorithmId._reverse_map.setdefault("sm3", "1.2.156.10197.1.401")


class Sm2Validator(DefaultSignatureValidator):
    """Judges signatures of SM2 keys with our arithmetic, all others as pyHanko does."""

    def validate_signature(self, signature, signed_data, public_key_info, *rest, **more):
        if public_key_info["algorithm"]["parameters"].native not in SM2_CURVES:
            super().validate_signature(signature, signed_data, public_key_info, *rest, **more)
            return
        algorithm = more.get("signature_algorithm") or rest[0]
        if algorithm["algorithm"].dotted != SM2_SM3.oid:
            raise InvalidSignature
        key = read_public_key(strict.parse(public_key_info.dump()))
        try:
            key.verify(signature, signed_data, SM2_SM3)
        except errors.InvalidSignature as error:
            raise InvalidSignature from error


def context(authority, at, *, crls=(), validator=None):
    """What pyHanko trusts: one root, its revocation lists, nothing from the network."""
    return ValidationContext(
        trust_roots=[x509.Certificate.load(authority.certificate.der)],
        crls=list(crls),
        moment=at,
        best_signature_time=at,
        allow_fetching=False,
        revocation_mode="require" if crls else "soft-fail",
        signature_validator=validator,
    )
