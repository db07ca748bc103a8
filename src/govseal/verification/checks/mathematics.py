"""Checks of the signature values, of the seal inside the stamp, and of the algorithms."""

from __future__ import annotations

from collections.abc import Sequence

from govseal.errors import InvalidSignature, UnsupportedFormat
from govseal.formats.base import Pieces
from govseal.frozen import frozen
from govseal.pki.algorithms import SignatureAlgorithm, digest_algorithm, signature_algorithm
from govseal.pki.certificate import Certificate
from govseal.pki.cms import may_be_attributes
from govseal.pki.keys import RSA_ENCRYPTION
from govseal.seal.sign import lists
from govseal.sm2 import SignedDigest
from govseal.verification.checks.finding import (
    PASSED,
    SKIPPED,
    Finding,
    failed,
    indeterminate,
    unreadable,
)
from govseal.verification.collect import Party, Subject
from govseal.verification.policy import Policy

UNNAMED_DIGEST = "md5"
"""What CheckMethod means where it is missing (GB/T 33190, Signature.xsd)."""


def signature_value(subject: Subject) -> Finding:
    """The signature value belongs to the signed bytes and the signer's key."""
    if subject.evidence is None:
        return SKIPPED
    if subject.signature is None:
        problem = subject.evidence.problem
        return unreadable(problem) if problem else indeterminate("unsupported")
    signature = subject.signature
    if subject.repeats:
        return failed("signature_repeated", f"the value of signature {subject.repeats}")
    if signature.signed is None:
        return indeterminate("document_absent")
    # Joined only now and not kept: a file may carry hundreds of signatures.
    content = signature.signed
    content = content.join() if isinstance(content, Pieces) else content
    if signature.data_digests is None and may_be_attributes(content):
        detail = "a document that may be the attributes of another signature"
        return indeterminate("unsupported", detail)
    signed = _Signed(signature.value, content, signature.algorithm_oid)
    ahead = subject.evidence.ahead
    finding = _verify(subject.signer, signed, signature.algorithm, "signature_invalid", ahead)
    return _named_certificate(subject) if finding is PASSED else finding


def _named_certificate(subject: Subject) -> Finding:
    """The signed attributes name the certificate that the value was verified with (RFC 5035)."""
    certificate, evidence = _signer_der(subject), subject.evidence
    if certificate is None or evidence is None or evidence.signed_data is None:
        return PASSED
    for named in evidence.signed_data.signer.certificate_ids:
        algorithm = digest_algorithm(named.digest_algorithm)
        if algorithm is None:
            return indeterminate("unsupported", f"digest {named.digest_algorithm}")
        if algorithm.digest(certificate) != named.digest:
            return failed("signature_invalid", "the signed attributes name another certificate")
    return PASSED


def seal_signature(subject: Subject) -> Finding:
    """The maker's signature belongs to the seal's information and the maker's key."""
    seal = subject.seal
    if seal is None:
        return SKIPPED
    signed = _Signed(seal.signature, seal.signed, seal.algorithm)
    algorithm = signature_algorithm(seal.algorithm)
    ahead = subject.evidence.ahead if subject.evidence is not None else ()
    return _verify(subject.maker, signed, algorithm, "seal_signature_invalid", ahead)


@frozen
class _Signed:
    value: bytes
    content: bytes
    algorithm_oid: str


def _verify(
    party: Party | None,
    signed: _Signed,
    algorithm: SignatureAlgorithm | None,
    reason: str,
    ahead: Sequence[SignedDigest],
) -> Finding:
    if party is None or party.certificate is None:
        problem = party.problem if party else None
        return unreadable(problem) if problem else indeterminate("unsupported")
    if algorithm is None:
        return indeterminate("unsupported", f"algorithm {signed.algorithm_oid}")
    key = party.certificate.public_key
    if key.material is not None and algorithm.key_kind != key.kind:
        return failed("algorithm_mismatch", f"{algorithm.name} with a key of kind {key.kind}")
    try:
        key.verify(signed.value, signed.content, algorithm, ahead=ahead)
    except InvalidSignature as error:
        return failed(reason, str(error))
    except UnsupportedFormat as error:
        return indeterminate("unsupported", str(error))
    return PASSED


def seal_embedded_copy(subject: Subject) -> Finding:
    """The copy of the seal beside the signature is the seal inside it, byte for byte."""
    if subject.evidence is None or subject.evidence.seal_file is None:
        return SKIPPED
    if subject.stamp is None and subject.signature is not None:
        # Readers show this copy: a plain signature must not lend its validity to a seal.
        return failed("seal_copy_differs", "a seal lies beside a signature made without it")
    if subject.stamp is None:
        return SKIPPED
    if subject.evidence.seal_file != subject.stamp.seal.der:
        return failed("seal_copy_differs")
    return PASSED


def signer_listed(subject: Subject) -> Finding:
    """The seal permits the signer's certificate."""
    if subject.evidence is None or subject.seal is None:
        return SKIPPED
    certificate = _signer_der(subject)
    if certificate is None:
        return indeterminate("unsupported", "the signer's certificate is not inside")
    match lists(subject.seal.properties.signers, certificate):
        case True:
            return PASSED
        case False:
            return failed("signer_not_listed")
        case None:
            return indeterminate("signer_list_unusable")


def _signer_der(subject: Subject) -> bytes | None:
    """The signer's certificate as received, readable or not."""
    if subject.stamp is not None:
        return subject.stamp.signer_certificate
    evidence = subject.evidence
    if evidence is None or evidence.signed_data is None:
        return None
    return evidence.signed_data.signer_certificate


def algorithms(subject: Subject) -> Finding:
    """No algorithm or key is one that the policy forbids, and none contradicts another."""
    stated: list[SignatureAlgorithm] = []
    if subject.signature is not None and subject.signature.algorithm is not None:
        stated.append(subject.signature.algorithm)
    if subject.seal is not None:
        maker = signature_algorithm(subject.seal.algorithm)
        stated.extend([maker] if maker else [])
    for algorithm in stated:
        if algorithm.digest and algorithm.digest.name in subject.policy.forbidden_digests:
            return failed("algorithm_forbidden", algorithm.name)
    finding = _parts_digest(subject)
    for party in (subject.signer, subject.maker):
        if finding is PASSED:
            finding = keys(party, subject.policy)
    return finding


def keys(party: Party | None, policy: Policy) -> Finding:
    """No key of the party's path is shorter than the policy allows."""
    for certificate in _certificates(party):
        key = certificate.public_key
        if key.algorithm_oid == RSA_ENCRYPTION and key.bits < policy.min_rsa_bits:
            return failed("algorithm_forbidden", f"an RSA key of {key.bits} bits")
    return PASSED


def _certificates(party: Party | None) -> tuple[Certificate, ...]:
    """The party's certificate and those above it: the weakest key of them forges all below."""
    if party is None or party.certificate is None:
        return ()
    return party.path.chain if party.path is not None else (party.certificate,)


def _parts_digest(subject: Subject) -> Finding:
    if subject.evidence is None or not subject.evidence.parts:
        return PASSED
    digest = digest_algorithm(subject.evidence.digest_algorithm or UNNAMED_DIGEST)
    if digest is None:
        return indeterminate("unsupported", f"digest {subject.evidence.digest_algorithm!r}")
    if digest.name in subject.policy.forbidden_digests:
        return failed("algorithm_forbidden", f"digests of the files: {digest.name}")
    return PASSED
