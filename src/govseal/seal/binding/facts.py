"""What the rules look at: the facts of a seal, made or to be made, and of its certificates."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Self

from govseal.errors import FormatError
from govseal.pki.certificate import Certificate
from govseal.pki.path import PathResult, validate_path
from govseal.pki.revocation import RevocationStatus, check_revocation
from govseal.pki.trust import TrustStore
from govseal.seal.extensions import SealScope
from govseal.seal.make import BUSINESS_SEAL, Drawn, identifier
from govseal.seal.model import Extension, Seal
from govseal.seal.picture import SealPicture

if TYPE_CHECKING:
    from govseal.pki.materials import Materials

Matter = Literal["licensing", "non_licensing"]
Ownership = Literal["legal_name", "internal_organ", "branch", "business", "personal_name"]
"""法定名称章, 内设机构章, 分支机构章, 业务专用章, 电子名章."""

MAX_LISTED: Final = 20
"""Certificates of a seal's list that are judged."""


@dataclass(frozen=True, slots=True)
class SealFacts:
    """A seal as the rules see it; the last fields are known to the seal's register alone."""

    name: str
    """印章名称, without NUL padding."""
    es_id: str
    type: int
    not_before: datetime | None
    not_after: datetime | None
    made_at: datetime | None
    """The moment of making."""
    picture: SealPicture = field(repr=False)
    generation: int
    """The year of the standard."""
    maker: Certificate | None
    """制章人; None where the certificate cannot be read."""
    signers: tuple[Certificate, ...]
    """The certificates that the seal lists, as far as they can be read."""
    has_digests: bool = False
    """Whether the seal lists digests of certificates, which name nobody."""
    is_made: bool = False
    """Whether the seal exists: what only the register knows is then asked where it is given."""
    unit_name: str | None = None
    """法定名称 of the unit that the seal is made for."""
    ownership: Ownership | None = None
    """Whose seal it is and what for, by the register's own word."""
    region: str | None = None
    """Division code of the unit that uses the seal, where that is another than the owner: by the
    seal's scope, or the register's word."""
    matter: Matter | None = None
    """What is decided under the seal; None counts as ``licensing``, the stricter."""
    picture_words: str | None = None
    """The words that the picture shows, in the order in which they are read."""
    imprint_sha256: str | None = None
    """SHA-256 of the imprint on file, hexadecimal."""
    imprint_matches: bool | None = None
    """A finding by other means on whether the picture shows the imprint on file."""

    @classmethod
    def from_arguments(
        cls,
        maker: Certificate,
        *,
        name: str,
        picture: SealPicture | Drawn,
        signers: Sequence[Certificate],
        at: datetime,
        es_id: str | None = None,
        seal_type: int = BUSINESS_SEAL,
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        generation: int = 2020,
    ) -> Self:
        """The facts of the seal that :func:`govseal.seal.make.make_seal` would make of these.

        What the register knows is added with :meth:`known`.
        """
        if es_id is None:
            es_id = identifier(None, signers[0]) if signers else ""
        ends = [certificate.not_after for certificate in signers]
        return cls(
            name=name,
            es_id=es_id,
            type=seal_type,
            not_before=not_before or at,
            not_after=not_after or min(ends, default=at),
            made_at=at,
            picture=picture if isinstance(picture, SealPicture) else picture.picture(),
            generation=generation,
            maker=maker,
            signers=tuple(signers),
        )

    @classmethod
    def from_seal(cls, seal: Seal) -> Self:
        """The facts of a seal that exists."""
        listed = seal.properties.signers
        return cls(
            name=seal.name,
            es_id=seal.es_id,
            type=seal.properties.type,
            not_before=seal.properties.not_before.moment,
            not_after=seal.properties.not_after.moment,
            made_at=seal.properties.create_date.moment,
            picture=seal.picture,
            generation=seal.generation.year,
            maker=_readable(seal.maker_certificate),
            signers=listed_certificates(seal),
            has_digests=bool(listed.digests or listed.identifiers),
            is_made=True,
            region=region_of(seal.extensions),
        )

    def known(
        self,
        *,
        unit_name: str | None = None,
        ownership: Ownership | None = None,
        region: str | None = None,
        matter: Matter | None = None,
        picture_words: str | None = None,
        imprint: bytes | None = None,
        imprint_matches: bool | None = None,
    ) -> Self:
        """The same facts with what the register knows; ``imprint`` is the picture on file."""
        return replace(
            self,
            unit_name=unit_name,
            ownership=ownership,
            region=self.region or region,  # what the seal itself says is what verifiers see
            matter=matter,
            picture_words=picture_words,
            imprint_sha256=None if imprint is None else hashlib.sha256(imprint).hexdigest(),
            imprint_matches=imprint_matches,
        )


def region_of(extensions: Sequence[Extension]) -> str | None:
    """The division code of the unit that a seal was handed to; None where its scope says none."""
    try:
        scope = SealScope.find(extensions)
    except FormatError:
        return None  # what cannot be read is for the check of the scope
    return None if scope is None else scope.region


def listed_certificates(seal: Seal) -> tuple[Certificate, ...]:
    """The certificates that a seal lists, at most twenty; those that cannot be read left out."""
    ders = seal.properties.signers.certificates[:MAX_LISTED]
    return tuple(found for der in ders if (found := _readable(der)) is not None)


def _readable(der: bytes) -> Certificate | None:
    try:
        return Certificate.from_der(der)
    except FormatError:
        return None


@dataclass(frozen=True, slots=True)
class CertificateStanding:
    """A certificate, its path at one moment, and what is known of its revocation."""

    certificate: Certificate
    path: PathResult
    revocations: tuple[RevocationStatus, ...]
    """One for each certificate of the path but its anchor, its own first."""


def standing(
    certificate: Certificate,
    trust: TrustStore,
    materials: Materials | None = None,
    *,
    at: datetime,
) -> CertificateStanding:
    """How a certificate stands at the moment ``at``: its path, and its revocation.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    pool = () if materials is None else materials.certificates
    path = validate_path(certificate, trust, certificates=pool, at=at)
    revocations = tuple(
        check_revocation(
            item, trust, materials=materials, certificates=path.chain[place + 1 :], at=at
        )
        for place, item in enumerate(path.chain[:-1])
    )
    return CertificateStanding(certificate, path, revocations)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that one judgement looks at."""

    facts: SealFacts
    standings: tuple[CertificateStanding, ...]
    """Of the certificates that use the seal, or may use it."""
    at: datetime
    """The moment that counts: of making, or of signing."""
    maker: CertificateStanding | None
    cas: TrustStore | None
    """The only CAs allowed, where they are named."""
    makers: TrustStore | None
    """The only makers, or the only anchors of makers, where they are named."""
