"""The signed data of a PAdES signature as a template: digest, value and time stamp are open.

ETSI EN 319 142-1, 5.3 and 6.3 (levels B-B and B-T): detached, one signer, the certificate bound by
signing-certificate-v2, and no signing-time attribute, because the claimed time is the entry /M of
the signature dictionary. DER is put together from parts, so the size is known before anybody signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from govseal.asn1 import write
from govseal.pki import cms, signeddata
from govseal.pki.algorithms import DigestAlgorithm
from govseal.pki.certificate import Certificate
from govseal.seal.extensions import SEAL_ATTRIBUTE
from govseal.seal.model import Extension

# SEQUENCE of two INTEGERs of at most 33 bytes each.
_SM2_SIGNATURE: Final = 72


@dataclass(frozen=True, slots=True)
class CmsTemplate:
    """A ContentInfo that lacks the digest of the document and the signature value."""

    attributes: tuple[bytes, ...] = field(repr=False)
    """The signed attributes in DER, but for the message digest."""
    head: bytes = field(repr=False)
    """The elements of SignedData before signerInfos."""
    signer_head: bytes = field(repr=False)
    """The elements of SignerInfo before the signed attributes."""
    signature_algorithm: bytes = field(repr=False)
    """AlgorithmIdentifier of the signature, DER."""
    digest: DigestAlgorithm
    signature_size: int
    """The most bytes that the signature value can have."""
    timestamp_size: int = 0
    """The most bytes that a time stamp over it may have; 0 for none."""

    @property
    def size(self) -> int:
        """The most bytes that :meth:`finish` gives."""
        message = self.message(bytes(self.digest.size))
        token = bytes(self.timestamp_size) or None
        return len(self._assemble(message, bytes(self.signature_size), token))

    def message(self, data_digest: bytes) -> bytes:
        """The signed attributes as SET OF in DER: what the key signs (RFC 5652, 5.4)."""
        stated = signeddata.attribute(cms.MESSAGE_DIGEST, write.octets(data_digest))
        return write.set_of(*self.attributes, stated)

    def finish(self, message: bytes, signature: bytes, time_stamp: bytes | None = None) -> bytes:
        """The ContentInfo in DER, from :meth:`message` and the signature value over it.

        ``time_stamp`` is a token over the value; it becomes the unsigned attribute
        signature-time-stamp (RFC 3161, appendix A).

        Raises:
            ValueError: the value is longer than the key can make it, or the time stamp than the
                room that was kept for it.
        """
        if not 0 < len(signature) <= self.signature_size:
            found = len(signature)
            raise ValueError(f"a signature of {found} bytes does not come from the signer's key")
        if time_stamp is not None and len(time_stamp) > self.timestamp_size:
            found = len(time_stamp)
            raise ValueError(f"no room was kept for a time stamp of {found} bytes")
        return self._assemble(message, signature, time_stamp)

    def _assemble(self, message: bytes, signature: bytes, time_stamp: bytes | None) -> bytes:
        unsigned = b""
        if time_stamp is not None:
            unsigned = signeddata.attribute(cms.TIME_STAMP, time_stamp)
        signer_info = signeddata.encode_signer_info(
            self.signer_head, message, self.signature_algorithm, signature, unsigned=unsigned
        )
        return signeddata.encode_signed_data(
            signeddata.CMS_SIGNED_DATA, head=self.head, signer_info=signer_info
        )


def make_template(
    algorithm: str,
    digest: DigestAlgorithm,
    certificates: Sequence[Certificate],
    seal: bytes | None,
    extensions: Sequence[Extension] = (),
    *,
    timestamp_size: int = 0,
) -> CmsTemplate:
    """The template of a signature.

    Args:
        algorithm: OID of the signature algorithm.
        digest: the digest of the document, and of the certificate in signing-certificate-v2.
        certificates: the signer's, then those above.
        seal: the SESeal in DER; None for a signature without a seal.
        extensions: further signed attributes, each one DER element.
        timestamp_size: the most bytes that a time stamp over the value may have; 0 for none.

    Raises:
        ValueError: no certificate, or an extension that cannot be an attribute.
    """
    if not certificates:
        raise ValueError("a signature in PDF carries the signer's certificate")
    signer = certificates[0]
    named = signeddata.encode_signing_certificate(signer, digest)
    attributes = (
        signeddata.attribute(cms.CONTENT_TYPE, write.oid(signeddata.CMS_DATA)),
        signeddata.attribute(cms.SIGNING_CERTIFICATE_V2, named),
        *([signeddata.attribute(SEAL_ATTRIBUTE, seal)] if seal is not None else ()),
        *_further(extensions),
    )
    return CmsTemplate(
        attributes=attributes,
        head=signeddata.encode_head(certificates, digest, signeddata.CMS_DATA),
        signer_head=signeddata.encode_signer_head(signer, digest),
        signature_algorithm=signeddata.encode_signature_algorithm(signer, algorithm),
        digest=digest,
        signature_size=_signature_size(signer),
        timestamp_size=timestamp_size,
    )


def _signature_size(certificate: Certificate) -> int:
    key = certificate.public_key
    return _SM2_SIGNATURE if key.kind == "sm2" else (key.bits + 7) // 8


def _further(extensions: Sequence[Extension]) -> list[bytes]:
    for extension in extensions:
        if extension.critical:
            raise ValueError(f"{extension.oid} is critical, which no attribute can say")
    rows = ((extension.oid, extension.value) for extension in extensions)
    return signeddata.further_attributes(rows, {*signeddata.OWN_ATTRIBUTES, SEAL_ATTRIBUTE})
