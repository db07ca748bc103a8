"""What a caller brings along for verification: certificates, CRLs, answers, lists of matters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from govseal.errors import EncodingError, FormatError
from govseal.pki import pem
from govseal.pki.certificate import PEM_LABELS, Certificate
from govseal.pki.crl import Crl
from govseal.pki.files import read_source
from govseal.pki.ocsp import OcspResponse

OCSP_LABEL: Final = "OCSP RESPONSE"


@dataclass(frozen=True, slots=True)
class Materials:
    """Certificates, revocation lists, OCSP responses, lists of matters.

    None is trusted for being here.
    """

    certificates: tuple[Certificate, ...] = ()
    crls: tuple[Crl, ...] = ()
    ocsps: tuple[OcspResponse, ...] = ()
    matter_lists: tuple[bytes, ...] = ()
    """Lists of matters that delegated seals name by their digest, as they were published."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "certificates", tuple(self.certificates))
        object.__setattr__(self, "crls", tuple(self.crls))
        object.__setattr__(self, "ocsps", tuple(self.ocsps))
        object.__setattr__(self, "matter_lists", tuple(self.matter_lists))
        if not all(isinstance(item, Certificate) for item in self.certificates):
            raise TypeError("certificates holds Certificate objects")
        if not all(isinstance(item, Crl) for item in self.crls):
            raise TypeError("crls holds Crl objects")
        if not all(isinstance(item, OcspResponse) for item in self.ocsps):
            raise TypeError("ocsps holds OcspResponse objects")
        if not all(isinstance(item, bytes) for item in self.matter_lists):
            raise TypeError("matter_lists holds bytes")

    @classmethod
    def from_files(cls, *paths: str | Path) -> Materials:
        """Certificates, CRLs and OCSP responses in DER or PEM, told apart by their content.

        Raises:
            FormatError: a file that holds none; its name is in the message and in ``part``.
            OSError: a file that cannot be read.
        """
        found: list[_Item] = []
        for path in paths:
            try:
                found.extend(_read(read_source(path)))
            except FormatError as error:
                message = f"{path}: {error}"
                raise FormatError(message, code=error.code, part=str(path)) from error
        unique = tuple(dict.fromkeys(found))
        return cls(
            tuple(item for item in unique if isinstance(item, Certificate)),
            tuple(item for item in unique if isinstance(item, Crl)),
            tuple(item for item in unique if isinstance(item, OcspResponse)),
        )

    def union(self, other: Materials) -> Materials:
        """What either brings, each object once."""
        return Materials(
            tuple(dict.fromkeys((*self.certificates, *other.certificates))),
            tuple(dict.fromkeys((*self.crls, *other.crls))),
            tuple(dict.fromkeys((*self.ocsps, *other.ocsps))),
            matter_lists=tuple(dict.fromkeys((*self.matter_lists, *other.matter_lists))),
        )

    __or__ = union


_Item = Certificate | Crl | OcspResponse


def _read(data: bytes) -> list[_Item]:
    if not pem.is_pem(data):
        return [_read_der(data)]
    found: list[_Item] = []
    for block in pem.read_pem(data):
        if block.label in PEM_LABELS:
            found.append(Certificate.from_der(block.der))
        elif block.label == "X509 CRL":
            found.append(Crl.from_der(block.der))
        elif block.label == OCSP_LABEL:
            found.append(OcspResponse.from_der(block.der))
    if not found:
        raise EncodingError("neither a certificate nor a CRL nor an OCSP response in the PEM text")
    return found


def _read_der(data: bytes) -> _Item:
    problems = []
    for kind in (Certificate, Crl, OcspResponse):
        try:
            return kind.from_der(data)
        except FormatError as error:
            problems.append(str(error))
    message = "neither a certificate ({}) nor a CRL ({}) nor an OCSP response ({})"
    raise EncodingError(message.format(*problems))
