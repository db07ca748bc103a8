"""From evidence to subjects: certificates read, chains built, revocation looked up.

This is the only place of the verifying floor that reaches outside the document; checks after it
are pure functions over a :class:`Subject`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from govseal import sm2
from govseal.asn1.times import Instant
from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats.base import SignatureEvidence
from govseal.pki.algorithms import (
    DigestAlgorithm,
    SignatureAlgorithm,
    digest_algorithm,
    signature_algorithm,
)
from govseal.pki.certificate import Certificate
from govseal.pki.materials import Materials
from govseal.pki.path import PathResult, validate_path
from govseal.pki.revocation import RevocationStatus, check_revocation
from govseal.pki.trust import TrustStore
from govseal.seal.delegation import Statements, read_matter_list, read_statements
from govseal.seal.model import Seal, SealSignature
from govseal.verification.policy import Policy

_MOST_CERTIFICATES: Final = 20
"""Of those that a signature brings along, and of those that a bare seal lists."""


@dataclass(frozen=True, slots=True)
class Party:
    """One who signed, as far as the certificate tells: the signer, or the seal's maker."""

    certificate: Certificate | None
    problem: FormatError | None
    """Why the certificate cannot be read."""
    path: PathResult | None
    revocations: tuple[RevocationStatus, ...]
    """One for each certificate of the path but its anchor, the party's own first."""


@dataclass(frozen=True, slots=True)
class Signature:
    """The signed bytes and their value, whichever structure they came in."""

    signed: bytes
    value: bytes
    algorithm_oid: str
    algorithm: SignatureAlgorithm | None
    data_digest: bytes
    digest: DigestAlgorithm | None
    """The algorithm of ``data_digest``."""
    claimed_time: Instant | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything that the checks of one signature look at."""

    evidence: SignatureEvidence | None
    """None where a bare seal is judged."""
    stamp: SealSignature | None
    seal: Seal | None
    """The seal of the stamp, or the one that travels beside a signature of another form."""
    signature: Signature | None
    signer: Party | None
    maker: Party | None
    signing_time: datetime | None
    """T."""
    judged_at: datetime
    container: FormatError | None
    policy: Policy
    statements: Statements
    """What our extensions of the stamp and its seal say."""
    owners: tuple[Party, ...] = ()
    """Of a bare seal that a profile judges: those whom it lists."""
    repeats: str = ""
    """The ID of an earlier signature of the document that has the same signature value."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Builds subjects out of evidence with one set of anchors and materials."""

    trust: TrustStore
    materials: Materials
    judged_at: datetime
    policy: Policy
    _paths: dict[tuple[object, ...], PathResult] = field(default_factory=dict, repr=False)
    _states: dict[tuple[object, ...], RevocationStatus] = field(default_factory=dict, repr=False)
    _lists: dict[bytes, frozenset[str]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for data in self.materials.matter_lists:
            with suppress(FormatError):  # a list that cannot be read helps nobody
                self._lists[sm2.sm3(data)] = read_matter_list(data)

    def signature(
        self, evidence: SignatureEvidence, container: FormatError | None = None
    ) -> Subject:
        """The subject for one signature of a document."""
        stamp = evidence.stamp
        signature = _signature(evidence)
        time = signature.claimed_time.moment if signature and signature.claimed_time else None
        signer_der = None
        if stamp is not None:
            signer_der = stamp.signer_certificate
        elif evidence.signed_data is not None:
            signer_der = evidence.signed_data.signer_certificate
        others = evidence.signed_data.certificates if evidence.signed_data else ()
        seal = stamp.seal if stamp else evidence.seal
        return Subject(
            evidence=evidence,
            stamp=stamp,
            seal=seal,
            signature=signature,
            signer=self._party(signer_der, self.trust, time, others) if signature else None,
            maker=self._maker(seal) if seal else None,
            signing_time=time,
            judged_at=self.judged_at,
            container=container,
            policy=self.policy,
            statements=read_statements(
                evidence.extensions,
                seal.extensions if seal else (),
                self._lists,
            ),
        )

    def seal(self, seal: Seal) -> Subject:
        """The subject for a bare seal."""
        return Subject(
            evidence=None,
            stamp=None,
            seal=seal,
            signature=None,
            signer=None,
            maker=self._maker(seal),
            signing_time=self.judged_at,
            judged_at=self.judged_at,
            container=None,
            policy=self.policy,
            statements=read_statements((), seal.extensions),
            owners=self._owners(seal) if self.policy.binding is not None else (),
        )

    def _owners(self, seal: Seal) -> tuple[Party, ...]:
        """Those who may use a bare seal, now."""
        listed = seal.properties.signers.certificates[:_MOST_CERTIFICATES]
        return tuple(self._party(der, self.trust, self.judged_at, ()) for der in listed)

    def _maker(self, seal: Seal) -> Party:
        """The maker, at the time of making: a seal does not die with its maker's certificate."""
        trust = self.policy.makers if self.policy.makers is not None else self.trust
        made_at = seal.properties.create_date.moment
        return self._party(seal.maker_certificate, trust, made_at, ())

    def _party(
        self,
        der: bytes | None,
        trust: TrustStore,
        time: datetime | None,
        others: tuple[bytes, ...],
    ) -> Party:
        if der is None:
            absent = UnsupportedFormat("the signer's certificate is not inside")
            return Party(None, absent, None, ())
        try:
            certificate = Certificate.from_der(der)
        except FormatError as error:
            return Party(None, error, None, ())
        pool = (*self.materials.certificates, *_readable(others))
        # At the claimed time, even one after the judging: that is for the check of the time.
        moment = time or self.judged_at
        # A document may carry a thousand stamps of one signer: each answer is worked out once.
        question = (certificate, id(trust), moment, others)
        path = self._paths.get(question)
        if path is None:
            path = validate_path(certificate, trust, certificates=pool, at=moment)
            self._paths[question] = path
        revocations = tuple(
            self._revocation(item, trust, path.chain[place + 1 :])
            for place, item in enumerate(path.chain[:-1])
        )
        return Party(certificate, None, path, revocations)

    def _revocation(
        self, certificate: Certificate, trust: TrustStore, above: tuple[Certificate, ...]
    ) -> RevocationStatus:
        """What the lists say; ``above`` is the rest of its path, who may sign one of them."""
        question = (certificate, id(trust), above)
        state = self._states.get(question)
        if state is None:
            state = check_revocation(
                certificate,
                trust,
                materials=self.materials,
                certificates=above,
                at=self.judged_at,
            )
            self._states[question] = state
        return state


def _readable(certificates: tuple[bytes, ...]) -> tuple[Certificate, ...]:
    """The certificates that can be read; the others help nobody."""
    found: list[Certificate] = []
    for der in certificates[:_MOST_CERTIFICATES]:
        try:
            found.append(Certificate.from_der(der))
        except FormatError:
            continue
    return tuple(found)


def _signature(evidence: SignatureEvidence) -> Signature | None:
    if evidence.stamp is not None:
        stamp = evidence.stamp
        algorithm = signature_algorithm(stamp.algorithm)
        return Signature(
            signed=stamp.signed,
            value=stamp.signature,
            algorithm_oid=stamp.algorithm,
            algorithm=algorithm,
            data_digest=stamp.data_digest,
            digest=algorithm.digest if algorithm else None,
            claimed_time=stamp.claimed_time,
        )
    if evidence.signed_data is None:
        return None
    signer = evidence.signed_data.signer
    digest = digest_algorithm(signer.digest_algorithm)
    algorithm = signature_algorithm(signer.algorithm)
    if algorithm is not None and digest is not None:
        try:
            algorithm = algorithm.with_digest(digest)
        except ValueError:
            algorithm = None
    return Signature(
        signed=signer.signed,
        value=signer.signature,
        algorithm_oid=signer.algorithm,
        algorithm=algorithm,
        data_digest=signer.message_digest,
        digest=digest,
        claimed_time=signer.claimed_time or evidence.claimed_time,
    )
