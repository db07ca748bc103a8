"""What a report repeats of a signature's seal and signer, and by which standard it was made."""

from __future__ import annotations

from govseal.pki import cms
from govseal.verification.collect import Subject
from govseal.verification.report import SealSummary, SignerSummary

CMS_STANDARD = "GB/T 35275-2017"


def standard_of(subject: Subject) -> str:
    """The standard after which the signature was made."""
    if subject.stamp is not None:
        return subject.stamp.generation.standard
    evidence = subject.evidence
    if evidence is not None and evidence.standard:
        return evidence.standard
    if evidence is not None and evidence.signed_data is not None:
        signer = evidence.signed_data.signer
        known = cms.signer_algorithm(signer.algorithm, signer.digest_algorithm)
        # GB/T 35275 is for SM2 alone; everything else is what it was made after.
        return "CMS" if known is not None and known.key_kind != "sm2" else CMS_STANDARD
    if subject.seal is not None:
        return subject.seal.generation.standard
    return "unknown"


def signer_summary(subject: Subject) -> SignerSummary | None:
    """What the certificate says of the signer; None where there is none to read."""
    if subject.signer is None or subject.signer.certificate is None:
        return None
    certificate = subject.signer.certificate
    return SignerSummary(
        subject=certificate.subject,
        issuer=certificate.issuer,
        serial=f"{certificate.serial:x}",
        not_before=certificate.not_before,
        not_after=certificate.not_after,
    )


def seal_summary(subject: Subject) -> SealSummary | None:
    """What the seal says of itself; None where there is none."""
    seal = subject.seal
    if seal is None:
        return None
    maker = subject.maker.certificate if subject.maker else None
    return SealSummary(
        id=seal.es_id,
        name=seal.name,
        type=str(seal.properties.type),
        maker=maker.subject if maker else "",
        not_before=seal.properties.not_before.moment,
        not_after=seal.properties.not_after.moment,
        picture_sha256=seal.picture.sha256,
        picture=seal.picture.data,
        picture_kind=seal.picture.kind,
        scope=subject.statements.scope,
    )
