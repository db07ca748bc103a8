"""签章: the signature that binds seal, document, time and key.

GM/T 0031-2014, 6.2.2; GB/T 38540-2020, 7.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from govseal.errors import SealError
from govseal.frozen import frozen
from govseal.pki.algorithms import SignatureAlgorithm, digest_algorithm
from govseal.pki.certificate import Certificate
from govseal.seal import codec
from govseal.seal.make import check_algorithm, check_key_kind, check_may_sign, check_year
from govseal.seal.model import Extension, Seal, SignerList
from govseal.seal.profiles import Generation

if TYPE_CHECKING:
    from govseal.pki.signer import Signer  # at run time it would load the key containers


@frozen
class UnsignedStamp:
    """An SES_Signature that lacks its signature value."""

    message: bytes = field(repr=False)
    """TBS_Sign in DER: what the key signs, once."""
    generation: Generation = field(repr=False)
    certificate: bytes = field(repr=False)
    algorithm: str

    def finish(self, signature_value: bytes, time_stamp: bytes | None = None) -> bytes:
        """The SES_Signature in DER, with the signature value over :attr:`message`.

        ``time_stamp`` is a token over that value, where the generation has a place for one.
        """
        return codec.encode_signature(
            self.generation,
            self.message,
            certificate=self.certificate,
            algorithm=self.algorithm,
            signature=signature_value,
            time_stamp=time_stamp,
        )


def sign_seal(
    seal: Seal,
    signer: Signer,
    *,
    data_digest: bytes,
    property_info: str,
    at: datetime,
    extensions: Sequence[Extension] = (),
) -> bytes:
    """The SES_Signature in DER over ``data_digest``, made with ``signer``'s key.

    The arguments are those of :func:`prepare_seal_signature`.

    Raises:
        SealError: the seal may not be used so.
    """
    unsigned = prepare_seal_signature(
        seal,
        signer.certificate,
        signer.algorithm,
        data_digest=data_digest,
        property_info=property_info,
        at=at,
        extensions=extensions,
    )
    return unsigned.finish(signer.sign(unsigned.message))


def prepare_seal_signature(
    seal: Seal,
    certificate: Certificate,
    algorithm: SignatureAlgorithm,
    *,
    data_digest: bytes,
    property_info: str,
    at: datetime,
    extensions: Sequence[Extension] = (),
) -> UnsignedStamp:
    """The SES_Signature over ``data_digest`` but for the signature value.

    Args:
        seal: the seal to use; its generation decides the structure.
        certificate: the signer's, which must be one that the seal permits.
        algorithm: what the signer's key will make.
        data_digest: 原文杂凑值, 32 bytes.
        property_info: 原文属性 in ASCII: the protected range.
        at: 签章时间, timezone-aware.
        extensions: further signed data (ExtData).

    Raises:
        SealError: the seal may not be used so: ``E_NOT_OWNER`` (the certificate is not permitted),
            ``E_EXPIRED``, ``E_TOO_EARLY``, ``E_KEY_USAGE``, ``E_ALGORITHM``; ``E_GENERATION``:
            the generation has no place for extensions, or its time cannot tell the year.
    """
    check_may_use(seal, certificate, at)
    generation = seal.generation
    check_algorithm(generation, algorithm)
    check_year(generation, at)
    if extensions and not generation.has_stamp_extensions:
        message = f"a stamp of {generation.standard} has no place for further signed data"
        raise SealError(message, code="E_GENERATION")
    to_be_signed = codec.encode_structure(
        generation.signature,
        "to_be_signed",
        {
            "version": generation.version,
            "seal": seal.der,
            "time": free_time(at) if generation.year == 2014 else at,
            "data_digest": data_digest,
            "property_info": property_info,
            "certificate": certificate.der,
            "algorithm": algorithm.oid,
            "extensions": codec.extension_rows(extensions),
        },
    )
    return UnsignedStamp(to_be_signed, generation, certificate.der, algorithm.oid)


def free_time(at: datetime) -> bytes:
    """What timeInfo of the 2014 generation holds: the text of a UTCTime, ``YYMMDDHHMMSSZ``.

    GM/T 0031-2014 says "a time stamp or a UTCTime" and leaves its form to the BIT STRING; products
    write five different ones. This one is the standard's word, has been seen in the field, and is
    the only one besides YYYYMMDDHHMMSSZ that names its zone in every reader.
    """
    return at.astimezone(UTC).strftime("%y%m%d%H%M%SZ").encode("ascii")


def check_may_use(seal: Seal, certificate: Certificate, at: datetime) -> None:
    """Refuse a seal that this certificate may not use at that moment.

    Raises:
        SealError: see :func:`prepare_seal_signature`.
    """
    if at.tzinfo is None:
        raise ValueError("the time of stamping needs its time zone")
    if lists(seal.properties.signers, certificate.der) is not True:
        message = f"the seal {seal.name} does not permit the certificate of {certificate.subject}"
        raise SealError(message, code="E_NOT_OWNER")
    start, end = seal.properties.not_before.moment, seal.properties.not_after.moment
    if start is None or end is None or at > end:
        raise SealError(f"the seal {seal.name} has expired", code="E_EXPIRED")
    if at < start:
        raise SealError(f"the seal {seal.name} is not valid yet", code="E_TOO_EARLY")
    check_may_sign(certificate, at)
    check_key_kind(seal.generation, certificate)


def lists(signers: SignerList, certificate: bytes) -> bool | None:
    """Whether the list permits a certificate; None where it holds nothing to compare with.

    Certificates are compared byte for byte, digests over the certificate's DER (GB/T 38540, 7.3 c).
    """
    if certificate in signers.certificates:
        return True
    is_comparable = bool(signers.certificates)
    for entry in signers.digests:
        algorithm = digest_algorithm(entry.algorithm)
        if algorithm is None or algorithm.weak:
            continue
        if algorithm.digest(certificate) == entry.value:
            return True
        is_comparable = True
    return False if is_comparable else None
