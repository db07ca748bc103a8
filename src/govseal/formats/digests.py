"""The digest that goes into a new stamp."""

from __future__ import annotations

from govseal.errors import StampError
from govseal.pki.algorithms import SHA256, DigestAlgorithm, signature_algorithm


def stamping_digest(oid: str) -> DigestAlgorithm:
    """The digest algorithm that goes with the signer's signature algorithm: SM3 with SM2.

    Raises:
        StampError: the digest is broken (``algorithm_forbidden``).
        ValueError: an unknown algorithm.
    """
    algorithm = signature_algorithm(oid)
    if algorithm is None:
        message = f"{oid} is no signature algorithm that is known here"
        raise ValueError(message)
    digest = algorithm.digest or SHA256
    if digest.weak:
        message = f"{algorithm.name} is too weak to stamp with"
        raise StampError(message, code="algorithm_forbidden")
    return digest
