"""What a seal is held to when it is made: a profile, and what is known beside the seal itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from govseal.errors import SealError
from govseal.pki.certificate import Certificate
from govseal.pki.trust import TrustStore
from govseal.seal.binding.facts import Matter, Ownership, SealFacts, region_of, standing
from govseal.seal.binding.judgement import check_binding
from govseal.seal.binding.profile import BindingProfile
from govseal.seal.make import (
    BUSINESS_SEAL,
    Drawn,
    SignerListKind,
    generation_of,
    make_seal,
)
from govseal.seal.model import Extension, Seal
from govseal.seal.picture import SealPicture

if TYPE_CHECKING:
    from govseal.pki.materials import Materials
    from govseal.pki.signer import Signer, TimestampSource


@dataclass(frozen=True, slots=True)
class BindingTerms:
    """The rules a new seal has to meet, and what is known of its unit and certificates."""

    profile: BindingProfile
    trust: TrustStore
    """The anchors of signers and, unless ``makers`` names others, of makers."""
    materials: Materials | None = field(default=None, repr=False)
    """Further certificates and revocation lists."""
    cas: TrustStore | None = None
    """The only CAs allowed, where they are named."""
    makers: TrustStore | None = None
    """The only makers allowed, where they are named."""
    imprint: SealPicture | None = field(default=None, repr=False)
    """印模 on file, which the picture has to show."""
    unit_name: str | None = None
    """法定名称 of the unit."""
    ownership: Ownership | None = None
    region: str | None = None
    """Division code of the unit that uses the seal, where that is another than the owner."""
    matter: Matter | None = None
    """What is decided under the seal."""


def make_bound_seal(
    terms: BindingTerms,
    maker: Signer,
    *,
    name: str,
    picture: SealPicture | Drawn,
    signers: Sequence[Certificate],
    at: datetime,
    es_id: str | None = None,
    seal_type: int | None = None,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
    generation: int = 2020,
    extensions: Sequence[Extension] = (),
    signer_list: SignerListKind = "certificates",
    timestamp: TimestampSource | None = None,
) -> Seal:
    """A seal that meets the terms; see :func:`govseal.seal.make.make_seal`.

    Where the profile wants the certificate's period, that is what it gets unless told otherwise.

    Raises:
        SealError: also with code and clause of the first rule that is not met, and all of them.
    """
    table = generation_of(generation)
    if seal_type is None:
        seal_type = table.seal_types[0] if table.seal_types else BUSINESS_SEAL
    if not_before is None and terms.profile.wants_equal_period and signers:
        not_before = max(certificate.not_before for certificate in signers)
    facts = SealFacts.from_arguments(
        maker.certificate,
        name=name,
        picture=picture,
        signers=signers,
        at=at,
        es_id=es_id,
        seal_type=seal_type,
        not_before=not_before,
        not_after=not_after,
        generation=generation,
    )
    facts = replace(facts, region=region_of(extensions))
    words = getattr(picture, "text", None)
    check_terms(terms, facts, maker.certificate, at=at, picture_words=words)
    return make_seal(
        maker,
        name=name,
        picture=facts.picture,
        signers=signers,
        at=at,
        es_id=es_id,
        seal_type=seal_type,
        not_before=not_before,
        not_after=not_after,
        extensions=extensions,
        generation=generation,
        signer_list=signer_list,
        timestamp=timestamp,
    )


def check_terms(
    terms: BindingTerms,
    facts: SealFacts,
    maker: Certificate,
    *,
    at: datetime,
    picture_words: str | None = None,
) -> None:
    """Refuse a seal that does not meet the terms.

    Raises:
        SealError: with code and clause of the first rule that is not met, and all of them.
    """
    facts = facts.known(
        unit_name=terms.unit_name,
        ownership=terms.ownership,
        region=terms.region,
        matter=terms.matter,
        picture_words=picture_words,
        imprint=terms.imprint.data if terms.imprint else None,
        imprint_matches=_shows(facts.picture, terms.imprint),
    )
    anchors = terms.makers if terms.makers is not None else terms.trust.named
    check_binding(
        terms.profile,
        facts,
        [standing(item, terms.trust, terms.materials, at=at) for item in facts.signers],
        at=at,
        maker=standing(maker, anchors, terms.materials, at=at),
        cas=terms.cas,
        makers=terms.makers,
    )
    if facts.imprint_matches is False:  # the profile does not ask for one, but one was given
        raise SealError("the picture is not the imprint on file", code="E_IMPRINT_MISMATCH")


def _shows(picture: SealPicture, imprint: SealPicture | None) -> bool | None:
    """Whether the picture shows the imprint on file; None where no imprint is."""
    if imprint is None:
        return None
    from govseal.seal.likeness import compare_imprints  # noqa: PLC0415 - it loads an image library

    found = compare_imprints(picture, imprint)
    return found.is_identical or found.is_alike
