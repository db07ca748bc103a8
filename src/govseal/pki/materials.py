"""What a caller brings along for verification: certificates, CRLs, lists of matters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from govseal.errors import EncodingError, FormatError
from govseal.pki import pem
from govseal.pki.certificate import PEM_LABELS, Certificate
from govseal.pki.crl import Crl
from govseal.pki.files import read_source


@dataclass(frozen=True, slots=True)
class Materials:
    """Certificates, revocation lists, lists of matters; none is trusted for being here."""

    certificates: tuple[Certificate, ...] = ()
    crls: tuple[Crl, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    """Named by the contract; must be empty until OCSP responses are read."""
    matter_lists: tuple[bytes, ...] = ()
    """Lists of matters that delegated seals name by their digest, as they were published."""

    def __post_init__(self) -> None:
        if self.ocsps:
            raise ValueError("OCSP responses are not read yet")
        object.__setattr__(self, "certificates", tuple(self.certificates))
        object.__setattr__(self, "crls", tuple(self.crls))
        object.__setattr__(self, "matter_lists", tuple(self.matter_lists))
        if not all(isinstance(item, Certificate) for item in self.certificates):
            raise TypeError("certificates holds Certificate objects")
        if not all(isinstance(item, Crl) for item in self.crls):
            raise TypeError("crls holds Crl objects")
        if not all(isinstance(item, bytes) for item in self.matter_lists):
            raise TypeError("matter_lists holds bytes")

    @classmethod
    def from_files(cls, *paths: str | Path) -> Materials:
        """Certificates and CRLs in DER or PEM, told apart by their content.

        Raises:
            FormatError: a file that holds neither; its name is in the message and in ``part``.
            OSError: a file that cannot be read.
        """
        certificates: list[Certificate] = []
        crls: list[Crl] = []
        for path in paths:
            try:
                for item in _read(read_source(path)):
                    if isinstance(item, Certificate):
                        certificates.append(item)
                    else:
                        crls.append(item)
            except FormatError as error:
                message = f"{path}: {error}"
                raise FormatError(message, code=error.code, part=str(path)) from error
        return cls(tuple(dict.fromkeys(certificates)), tuple(dict.fromkeys(crls)))

    def union(self, other: Materials) -> Materials:
        """What either brings, each object once."""
        return Materials(
            tuple(dict.fromkeys((*self.certificates, *other.certificates))),
            tuple(dict.fromkeys((*self.crls, *other.crls))),
            matter_lists=tuple(dict.fromkeys((*self.matter_lists, *other.matter_lists))),
        )

    __or__ = union


def _read(data: bytes) -> list[Certificate | Crl]:
    if not pem.is_pem(data):
        return [_read_der(data)]
    found: list[Certificate | Crl] = []
    for block in pem.read_pem(data):
        if block.label in PEM_LABELS:
            found.append(Certificate.from_der(block.der))
        elif block.label == "X509 CRL":
            found.append(Crl.from_der(block.der))
    if not found:
        raise EncodingError("neither a certificate nor a CRL in the PEM text")
    return found


def _read_der(data: bytes) -> Certificate | Crl:
    try:
        return Certificate.from_der(data)
    except FormatError as as_certificate:
        try:
            return Crl.from_der(data)
        except FormatError as as_crl:
            message = f"neither a certificate ({as_certificate}) nor a CRL ({as_crl})"
            raise EncodingError(message) from None
