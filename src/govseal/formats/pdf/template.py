"""The signed data of a PAdES signature as a template: only digest and signature value are open.

ETSI EN 319 142-1, 5.3 and 6.3 (level B-B): detached, one signer, the certificate bound by
signing-certificate-v2, and no signing-time attribute, because the claimed time is the entry /M of
the signature dictionary. DER is put together from parts, so the size is known before anybody signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from govseal.asn1 import strict, write
from govseal.errors import EncodingError
from govseal.pki.algorithms import SHA256, DigestAlgorithm
from govseal.pki.certificate import Certificate
from govseal.seal.extensions import SEAL_ATTRIBUTE
from govseal.seal.model import Extension

_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_DATA: Final = "1.2.840.113549.1.7.1"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_OWN: Final = frozenset(
    {_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME, _SIGNING_CERTIFICATE_V2, SEAL_ATTRIBUTE}
)
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

    @property
    def size(self) -> int:
        """The most bytes that :meth:`finish` gives."""
        message = self.message(bytes(self.digest.size))
        return len(self._assemble(message, bytes(self.signature_size)))

    def message(self, data_digest: bytes) -> bytes:
        """The signed attributes as SET OF in DER: what the key signs (RFC 5652, 5.4)."""
        return write.set_of(
            *self.attributes, _attribute(_MESSAGE_DIGEST, write.octets(data_digest))
        )

    def finish(self, message: bytes, signature: bytes) -> bytes:
        """The ContentInfo in DER, from :meth:`message` and the signature value over it.

        Raises:
            ValueError: the value is longer than the key can make it.
        """
        if not 0 < len(signature) <= self.signature_size:
            found = len(signature)
            raise ValueError(f"a signature of {found} bytes does not come from the signer's key")
        return self._assemble(message, signature)

    def _assemble(self, message: bytes, signature: bytes) -> bytes:
        signer = write.sequence(
            self.signer_head,
            b"\xa0" + message[1:],  # [0] IMPLICIT: the same SET under another tag
            self.signature_algorithm,
            write.octets(signature),
        )
        signed_data = write.sequence(self.head, write.set_of(signer))
        return write.sequence(write.oid(_SIGNED_DATA), write.explicit(0, signed_data))


def make_template(
    algorithm: str,
    digest: DigestAlgorithm,
    certificates: Sequence[Certificate],
    seal: bytes,
    extensions: Sequence[Extension] = (),
) -> CmsTemplate:
    """The template of a signature with a seal.

    Args:
        algorithm: OID of the signature algorithm.
        digest: the digest of the document, and of the certificate in signing-certificate-v2.
        certificates: the signer's, then those above.
        seal: the SESeal in DER.
        extensions: further signed attributes, each one DER element.

    Raises:
        ValueError: no certificate, or an extension that cannot be an attribute.
    """
    if not certificates:
        raise ValueError("a signature in PDF carries the signer's certificate")
    signer = certificates[0]
    digest_algorithm = write.sequence(write.oid(digest.oids[0]))
    all_certificates = dict.fromkeys(item.der for item in certificates)
    attributes = (
        _attribute(_CONTENT_TYPE, write.oid(_DATA)),
        _attribute(_SIGNING_CERTIFICATE_V2, _signing_certificate(signer, digest)),
        _attribute(SEAL_ATTRIBUTE, seal),
        *_further(extensions),
    )
    return CmsTemplate(
        attributes=attributes,
        head=write.integer(1)
        + write.set_of(digest_algorithm)
        + write.sequence(write.oid(_DATA))
        + write.element(0xA0, b"".join(sorted(all_certificates))),
        signer_head=write.integer(1)
        + write.sequence(signer.issuer_der, write.integer(signer.serial))
        + digest_algorithm,
        signature_algorithm=_signature_algorithm(signer, algorithm),
        digest=digest,
        signature_size=_signature_size(signer),
    )


def _attribute(oid: str, value: bytes) -> bytes:
    return write.sequence(write.oid(oid), write.set_of(value))


def _signing_certificate(certificate: Certificate, digest: DigestAlgorithm) -> bytes:
    """SigningCertificateV2 (RFC 5035, 3): one ESSCertIDv2, whose default algorithm is SHA-256."""
    algorithm = b"" if digest is SHA256 else write.sequence(write.oid(digest.oids[0]))
    entry = write.sequence(algorithm, write.octets(digest.digest(certificate.der)))
    return write.sequence(write.sequence(entry))


def _signature_algorithm(certificate: Certificate, algorithm: str) -> bytes:
    """RSA has NULL parameters (RFC 4055, 5), SM2 none."""
    parameters = write.null() if certificate.public_key.kind == "rsa" else b""
    return write.sequence(write.oid(algorithm), parameters)


def _signature_size(certificate: Certificate) -> int:
    key = certificate.public_key
    return _SM2_SIGNATURE if key.kind == "sm2" else (key.bits + 7) // 8


def _further(extensions: Sequence[Extension]) -> list[bytes]:
    taken = set(_OWN)
    attributes = []
    for extension in extensions:
        if extension.oid in taken:
            raise ValueError(f"the attribute {extension.oid} would be there twice")
        if extension.critical:
            raise ValueError(f"{extension.oid} is critical, which no attribute can say")
        taken.add(extension.oid)
        try:
            strict.parse(extension.value, part=extension.oid)
        except EncodingError as error:
            raise ValueError(f"the value of {extension.oid} is not one DER element") from error
        attributes.append(_attribute(extension.oid, extension.value))
    return attributes
