"""Certificates and CRLs written field by field, so that tests can also write wrong ones."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from govseal.asn1 import write
from govseal.pki import crl
from govseal.pki import extensions as ext
from govseal.pki.certificate import Certificate
from govseal.pki.encoding import (
    algorithm_identifier,
    encode_extension,
    encode_name,
    extended_key_usage_extension,
    key_usage_extension,
)
from govseal.pki.pkcs8 import PrivateKey

__all__ = [
    "CertificateTemplate",
    "algorithm_identifier",
    "basic_constraints_extension",
    "crl_urls_extension",
    "distribution_point_extension",
    "encode_extension",
    "encode_name",
    "extended_key_usage_extension",
    "key_id",
    "key_usage_extension",
    "sign_structure",
]


def basic_constraints_extension(*, is_ca: bool, path_length: int | None = None) -> bytes:
    """BasicConstraints, critical; DEFAULT FALSE is left out, as DER wants."""
    parts = [write.boolean(value=True)] if is_ca else []
    if path_length is not None:
        parts.append(write.integer(path_length))
    return encode_extension(ext.BASIC_CONSTRAINTS, write.sequence(*parts), is_critical=True)


def _distribution_point_name(url: str) -> bytes:
    return write.explicit(0, write.explicit(0, write.element(0x86, url.encode())))


def crl_urls_extension(urls: Iterable[str]) -> bytes:
    """CRLDistributionPoints, one point for each URL."""
    points = (write.sequence(_distribution_point_name(url)) for url in urls)
    return encode_extension(ext.CRL_DISTRIBUTION_POINTS, write.sequence(*points))


def ocsp_urls_extension(urls: Iterable[str]) -> bytes:
    """AuthorityInfoAccess with the URLs of OCSP responders."""
    rows = (
        write.sequence(write.oid(ext.OCSP_ACCESS), write.element(0x86, url.encode()))
        for url in urls
    )
    return encode_extension(ext.AUTHORITY_INFORMATION, write.sequence(*rows))


def distribution_point_extension(url: str | None = None, *, flags: Iterable[int] = ()) -> bytes:
    """IssuingDistributionPoint of a CRL; ``flags`` are the numbers of BOOLEANs set to TRUE."""
    name = b"" if url is None else _distribution_point_name(url)
    rows = (write.element(0x80 | flag, b"\xff") for flag in flags)
    value = write.sequence(name, *rows)
    return encode_extension(crl.ISSUING_DISTRIBUTION_POINT, value, is_critical=True)


def key_id(spki: bytes) -> bytes:
    """A key identifier: the first 20 bytes of the SM3 of SubjectPublicKeyInfo."""
    from govseal import sm2  # noqa: PLC0415 - the one use here

    return sm2.sm3(spki)[:20]


@dataclass(slots=True)
class CertificateTemplate:
    """The fields of a certificate before it is signed; every one may be set to something wrong."""

    subject_der: bytes
    issuer_der: bytes
    spki: bytes
    not_before: datetime
    not_after: datetime
    serial: int = field(default_factory=lambda: secrets.randbits(126) | 1 << 126)
    extensions: list[bytes] = field(default_factory=list)
    """Extensions in DER, in the order to be written."""
    version: int | None = 2
    """The number in ``[0]``: 2 for version 3; None leaves it out."""
    inner_algorithm: bytes | None = None
    """AlgorithmIdentifier inside, where it shall differ from the outer one."""
    outer_algorithm: bytes | None = None
    """AlgorithmIdentifier outside, where it shall not be the key's own."""

    def tbs(self, algorithm: bytes) -> bytes:
        """TBSCertificate in DER."""
        version = b"" if self.version is None else write.explicit(0, write.integer(self.version))
        extensions = b""
        if self.extensions:
            extensions = write.explicit(3, write.sequence(*self.extensions))
        return write.sequence(
            version,
            write.integer(self.serial),
            self.inner_algorithm or algorithm,
            self.issuer_der,
            write.sequence(write.x509_time(self.not_before), write.x509_time(self.not_after)),
            self.subject_der,
            self.spki,
            extensions,
        )

    def sign(self, key: PrivateKey) -> Certificate:
        """The certificate signed with ``key``, read back."""
        return Certificate.from_der(self.sign_der(key))

    def sign_der(self, key: PrivateKey) -> bytes:
        """The certificate signed with ``key``, whether or not it can be read."""
        algorithm = self.outer_algorithm or algorithm_identifier(key.algorithm)
        return sign_structure(self.tbs(algorithm), algorithm, key)


def sign_structure(tbs: bytes, algorithm: bytes, key: PrivateKey) -> bytes:
    """SIGNED: ``tbs``, the algorithm, and the signature over ``tbs``."""
    return write.sequence(tbs, algorithm, write.bits(key.sign(tbs)))
