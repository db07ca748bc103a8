"""From evidence to subjects: certificates read, chains built, revocation looked up.

This is the only place of the verifying floor that reaches outside the document, and where a
fetcher is given the only one that uses it; checks after it are pure functions over a
:class:`Subject`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from govseal import sm2
from govseal.asn1 import strict
from govseal.asn1.times import Instant
from govseal.errors import FormatError, UnsupportedFormat
from govseal.formats.base import Pieces, SignatureEvidence
from govseal.frozen import frozen
from govseal.pki import cms
from govseal.pki.algorithms import (
    DigestAlgorithm,
    SignatureAlgorithm,
    digest_algorithm,
    signature_algorithm,
)
from govseal.pki.certificate import Certificate
from govseal.pki.materials import Materials
from govseal.pki.path import Memory, PathResult, validate_path
from govseal.pki.policies import ANY_POLICIES, PolicyInputs
from govseal.pki.revocation import RevocationStatus, check_revocation
from govseal.pki.timestamp import Authority, TimestampResult, TimestampRules, judge_token
from govseal.pki.trust import TrustStore
from govseal.seal.delegation import Statements, read_matter_list, read_statements
from govseal.seal.model import Seal, SealSignature
from govseal.verification.policy import Policy
from govseal.verification.status import SealStanding, StatusSource, ask_seal

if TYPE_CHECKING:
    from govseal.pki.online import OnlineRevocation

_MOST_CERTIFICATES: Final = 20
"""Of those that a signature brings along, and of those that a bare seal lists."""
_MANY_STEPS: Final = 500
_MOST_SEARCHES: Final = 8
"""Searches of many steps that the certificates of one document may ask for."""
CLOCK_SKEW = timedelta(minutes=5)
"""How far clocks differ."""
FALSE_ZULU = timedelta(hours=8)
"""How far products are ahead that write local time with a Z (Q8)."""


@frozen
class Party:
    """One who signed, as far as the certificate tells: the signer, or the seal's maker."""

    certificate: Certificate | None
    problem: FormatError | None
    """Why the certificate cannot be read."""
    path: PathResult | None
    revocations: tuple[RevocationStatus, ...]
    """One for each certificate of the path but its anchor, the party's own first."""
    acted_at: datetime | None = None
    """When it signed: the time of a time stamp that passed, else the time that it claims."""
    proved_at: datetime | None = None
    """When it had signed at the latest, by a time stamp that passed; None where nothing proves."""


@frozen
class Signature:
    """The signed bytes and their value, whichever structure they came in."""

    signed: bytes | Pieces | None
    """Pieces where it is the document in pieces, None where that is not at hand."""
    value: bytes
    algorithm_oid: str
    algorithm: SignatureAlgorithm | None
    data_digests: tuple[bytes, ...] | None
    """The document has one of these digests; None where the document itself is what is signed."""
    digest: DigestAlgorithm | None
    """The algorithm of ``data_digests``."""
    claimed_time: Instant | None


@frozen
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
    """T: the time of a time stamp that passed, else the claimed time."""
    judged_at: datetime
    container: FormatError | None
    policy: Policy
    statements: Statements
    """What our extensions of the stamp and its seal say."""
    owners: tuple[Party, ...] = ()
    """Of a bare seal that a profile judges: those whom it lists."""
    repeats: str = ""
    """The ID of an earlier signature of the document that has the same signature value."""
    time_stamps: tuple[TimestampResult, ...] = ()
    """The tokens over the signature value."""
    seal_time_stamps: tuple[TimestampResult, ...] = ()
    """The token over the maker's signature value, where the seal has one (2025 generation)."""
    proved_at: datetime | None = None
    """T where time stamps prove it: all of them passed, and this is the earliest time."""
    standing: SealStanding | None = None
    """What the source of status says of the seal; None where there is no source, or no seal."""


@frozen
class Collector:
    """Builds subjects out of evidence with one set of anchors and materials."""

    trust: TrustStore
    materials: Materials
    judged_at: datetime
    policy: Policy
    online: OnlineRevocation | None = None
    """Who asks a network for revocation data that is not at hand; None keeps it offline."""
    status: StatusSource | None = None
    """Who knows what became of seals and documents."""
    _paths: dict[tuple[object, ...], PathResult] = field(default_factory=dict, repr=False)
    _states: dict[tuple[object, ...], RevocationStatus] = field(default_factory=dict, repr=False)
    _lists: dict[bytes, frozenset[str]] = field(default_factory=dict, repr=False)
    _searches: list[PathResult] = field(default_factory=list, repr=False)
    _memory: Memory = field(default_factory=Memory, repr=False)

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
        claimed = signature.claimed_time.moment if signature and signature.claimed_time else None
        signer_der = None
        if stamp is not None:
            signer_der = stamp.signer_certificate
        elif evidence.signed_data is not None:
            signer_der = evidence.signed_data.signer_certificate
        others = evidence.signed_data.certificates if evidence.signed_data else ()
        seal = stamp.seal if stamp else evidence.seal
        tokens = self._judge(*_signature_tokens(evidence), claimed)
        proved_at = _proved(tokens)
        time = proved_at or claimed
        signer = None
        if signature is not None:
            signer = self._party(
                signer_der, self.trust, time, others, proved_at, asked=self.policy.signer_inputs
            )
        seal_tokens = self._seal_tokens(seal)
        return Subject(
            evidence=evidence,
            stamp=stamp,
            seal=seal,
            signature=signature,
            signer=signer,
            maker=self._maker(seal, _proved(seal_tokens), proved_at) if seal else None,
            signing_time=time,
            judged_at=self.judged_at,
            container=container,
            policy=self.policy,
            statements=read_statements(
                evidence.extensions,
                seal.extensions if seal else (),
                self._lists,
            ),
            time_stamps=tokens,
            seal_time_stamps=seal_tokens,
            proved_at=proved_at,
            standing=ask_seal(self.status, seal.es_id) if self.status and seal else None,
        )

    def seal(self, seal: Seal) -> Subject:
        """The subject for a bare seal."""
        tokens = self._seal_tokens(seal)
        return Subject(
            evidence=None,
            stamp=None,
            seal=seal,
            signature=None,
            signer=None,
            maker=self._maker(seal, _proved(tokens), None),
            signing_time=self.judged_at,
            judged_at=self.judged_at,
            container=None,
            policy=self.policy,
            statements=read_statements((), seal.extensions),
            owners=self.owners(seal) if self.policy.binding is not None else (),
            seal_time_stamps=tokens,
            standing=ask_seal(self.status, seal.es_id) if self.status else None,
        )

    def owners(self, seal: Seal) -> tuple[Party, ...]:
        """Those whom a bare seal permits, as they stand at the time of judging."""
        listed = seal.properties.signers.certificates[:_MOST_CERTIFICATES]
        asked = self.policy.signer_inputs
        return tuple(
            self._party(der, self.trust, self.judged_at, (), None, asked=asked) for der in listed
        )

    def _maker(self, seal: Seal, proved_at: datetime | None, stamped_at: datetime | None) -> Party:
        """The maker, at the time of making: a seal does not die with its maker's certificate.

        ``proved_at`` is the time of the seal's own time stamp; ``stamped_at`` that of a stamp's,
        whose signature covers the seal, so that it was made before.
        """
        trust = self.policy.makers if self.policy.makers is not None else self.trust.named
        made_at = proved_at or seal.properties.create_date.moment
        proved_at = proved_at or stamped_at
        asked = self.policy.maker_inputs
        return self._party(seal.maker_certificate, trust, made_at, (), proved_at, asked=asked)

    def _seal_tokens(self, seal: Seal | None) -> tuple[TimestampResult, ...]:
        if seal is None or seal.time_stamp is None:
            return ()
        value = _stored_value(seal.der, "SESeal.signature")
        return self._judge((seal.time_stamp,), value, seal.properties.create_date.moment)

    def _judge(
        self, tokens: tuple[bytes, ...], message: bytes, claimed: datetime | None
    ) -> tuple[TimestampResult, ...]:
        """The tokens over ``message``; none may be earlier than the time that is claimed."""
        rules = TimestampRules(
            not_before=_earlier(claimed, FALSE_ZULU + CLOCK_SKEW),
            forbidden_digests=self.policy.forbidden_digests,
            min_rsa_bits=self.policy.min_rsa_bits,
        )
        known = self.materials.certificates
        return tuple(
            judge_token(token, message, self._authority, known=known, rules=rules)
            for token in tokens
        )

    def _authority(
        self, certificate: Certificate, inside: tuple[Certificate, ...], at: datetime
    ) -> Authority:
        trust = self.policy.tsas if self.policy.tsas is not None else self.trust
        others = tuple(item.der for item in inside)
        path = self._path(certificate, trust, at, others, ANY_POLICIES)
        return Authority(certificate, path, self._revocations(path, trust, at))

    def _party(
        self,
        der: bytes | None,
        trust: TrustStore,
        time: datetime | None,
        others: tuple[bytes, ...],
        proved_at: datetime | None,
        *,
        asked: PolicyInputs,
    ) -> Party:
        if der is None:
            absent = UnsupportedFormat("the signer's certificate is not inside")
            return Party(None, absent, None, ())
        try:
            certificate = Certificate.from_der(der)
        except FormatError as error:
            return Party(None, error, None, ())
        # At the claimed time, even one after the judging: that is for the check of the time.
        path = self._path(certificate, trust, time or self.judged_at, others, asked)
        revocations = self._revocations(path, trust, proved_at)
        return Party(certificate, None, path, revocations, time, proved_at)

    def _path(
        self,
        certificate: Certificate,
        trust: TrustStore,
        at: datetime,
        others: tuple[bytes, ...],
        asked: PolicyInputs,
    ) -> PathResult:
        # A document may carry a thousand stamps of one signer: each answer is worked out once.
        question = (certificate.der, id(trust), at, others, asked)
        path = self._paths.get(question)
        if path is None:
            # A small file can hold thousands of little nets of certificates without an end.
            brought = _readable(others) if len(self._searches) < _MOST_SEARCHES else ()
            pool = (*self.materials.certificates, *brought)
            path = validate_path(
                certificate,
                trust,
                certificates=pool,
                at=at,
                policies=asked,
                allow_mixed=self.policy.allow_mixed,
                memory=self._memory,
            )
            if brought and path.steps > _MANY_STEPS:
                self._searches.append(path)
            self._paths[question] = path
        return path

    def _revocations(
        self, path: PathResult, trust: TrustStore, proved_at: datetime | None
    ) -> tuple[RevocationStatus, ...]:
        return tuple(
            self._revocation(item, trust, path.chain[place + 1 :], proved_at)
            for place, item in enumerate(path.chain[:-1])
        )

    def _revocation(
        self,
        certificate: Certificate,
        trust: TrustStore,
        above: tuple[Certificate, ...],
        proved_at: datetime | None,
    ) -> RevocationStatus:
        """What the lists say; ``above`` is the rest of its path, who may sign one of them.

        Lists that speak for the time of judging speak for every earlier one; where there are none,
        lists of a time that is proved are enough.
        """
        moments = [self.judged_at]
        if proved_at is not None and proved_at < self.judged_at:
            moments.append(proved_at)
        elif proved_at is not None:
            moments = [proved_at]
        state = self._state(certificate, trust, above, moments[0])
        if state.state == "unknown" and len(moments) > 1:
            return self._state(certificate, trust, above, moments[1])
        return state

    def _state(
        self,
        certificate: Certificate,
        trust: TrustStore,
        above: tuple[Certificate, ...],
        at: datetime,
    ) -> RevocationStatus:
        question = (certificate.der, id(trust), tuple([item.der for item in above]), at)
        state = self._states.get(question)
        if state is None:
            check = check_revocation if self.online is None else self.online.check
            state = check(
                certificate,
                trust,
                materials=self.materials,
                certificates=above,
                at=at,
                allow_mixed=self.policy.allow_mixed,
                memory=self._memory,
            )
            self._states[question] = state
        return state


def _signature_tokens(evidence: SignatureEvidence) -> tuple[tuple[bytes, ...], bytes]:
    """The time stamps over a signature value, and the octets of that value as received."""
    stamp, signed_data = evidence.stamp, evidence.signed_data
    if stamp is not None and stamp.time_stamp is not None:
        return (stamp.time_stamp,), _stored_value(stamp.der, "SES_Signature.signature")
    if stamp is None and signed_data is not None:
        return signed_data.signer.time_stamps, signed_data.signer.signature_octets
    return (), b""


def _stored_value(der: bytes, what: str) -> bytes:
    """The octets of the signature value, the fourth element of a SESeal or SES_Signature.

    The model holds SM2 values in their proper form, whatever came (Q4, Q5); a time stamp is over
    what came.
    """
    return strict.read_bits(strict.parse(der).children()[3], what, strict.Tolerances())


def _proved(tokens: tuple[TimestampResult, ...]) -> datetime | None:
    """The earliest time, where every token passed."""
    times = [token.proved_at for token in tokens]
    known = [time for time in times if time is not None]
    return min(known) if known and len(known) == len(times) else None


def _earlier(moment: datetime | None, span: timedelta) -> datetime | None:
    try:
        return None if moment is None else moment - span
    except OverflowError:  # at the beginning of the calendar
        return None


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
            data_digests=(stamp.data_digest,),
            digest=algorithm.digest if algorithm else None,
            claimed_time=stamp.claimed_time,
        )
    if evidence.signed_data is None:
        return None
    signer = evidence.signed_data.signer
    is_document = signer.signed is None
    return Signature(
        signed=evidence.data if is_document else signer.signed,
        value=signer.signature,
        algorithm_oid=signer.algorithm,
        algorithm=cms.signer_algorithm(signer.algorithm, signer.digest_algorithm),
        data_digests=None if is_document else evidence.signed_data.document_digests,
        digest=digest_algorithm(signer.digest_algorithm),
        claimed_time=signer.claimed_time or evidence.claimed_time,
    )
