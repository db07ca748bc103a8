"""Certification paths: built, bounded and judged at a time (RFC 5280, 6; SM2 and RSA alike).

The rules on names are in ``name_constraints``, those on policies in ``policies``.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal, cast

from govseal.errors import InvalidSignature, LimitExceeded, UnsupportedFormat
from govseal.frozen import frozen
from govseal.pki import names
from govseal.pki.certificate import Certificate
from govseal.pki.effort import Effort
from govseal.pki.name_constraints import find_breaches
from govseal.pki.policies import ANY_POLICIES, PolicyInputs, process_policies
from govseal.pki.trust import TrustStore

MAX_PATH_LENGTH: Final = 10
"""Certificates in a path, leaf and anchor included."""
MAX_SIGNATURE_CHECKS: Final = 1000
"""Candidate signatures checked for one leaf; beyond that the search gives up."""
_MAX_CANDIDATES: Final = 10_000
_NO_NAME: Final = b"\x30\x00"
_FORBIDDEN_DIGESTS: Final = frozenset({"md5"})

# What makes a path worse comes first: a broken signature is a forgery at any time, an expired
# certificate is a question of when.
_SEVERITY: Final = (
    "chain_broken",
    "algorithm_forbidden",
    "chain_mixed",
    "certificate_policy_refused",
    "unsupported",
    "no_trust_anchor",
    "certificate_not_yet_valid",
    "certificate_expired",
)
_INDETERMINATE: Final = frozenset({"no_trust_anchor", "unsupported"})

Outcome = Literal["passed", "failed", "indeterminate"]


@dataclass(frozen=True, slots=True)
class PathFailure:
    """One rule that a path does not meet."""

    reason: str
    """``chain_broken``, ``algorithm_forbidden``, ``chain_mixed``, ``certificate_policy_refused``,
    ``unsupported``, ``no_trust_anchor``, ``certificate_not_yet_valid`` or
    ``certificate_expired``."""
    detail: str
    certificate: Certificate
    """The certificate that does not meet it."""


@frozen
class PathResult:
    """The judgement of one certificate's path at one time."""

    outcome: Outcome
    chain: tuple[Certificate, ...]
    """Leaf to anchor; as far as it could be built where no anchor was found."""
    failures: tuple[PathFailure, ...] = ()
    """Everything that is wrong with this chain, the worst first; empty exactly when passed."""
    weak: bool = False
    """Whether a signature in the chain uses SHA-1."""
    policies: frozenset[str] = frozenset()
    """The acceptable policies for which a path that passed is valid; ``2.5.29.32.0`` is any."""
    steps: int = field(default=0, compare=False)
    """How many candidates were looked at: the work of the search."""

    @property
    def reason(self) -> str | None:
        """The reason of the worst failure, None when passed."""
        return self.failures[0].reason if self.failures else None

    @property
    def detail(self) -> str:
        """A sentence about the worst failure; empty when passed."""
        return self.failures[0].detail if self.failures else ""

    @property
    def problem_certificate(self) -> Certificate | None:
        """The certificate of the worst failure, None when passed."""
        return self.failures[0].certificate if self.failures else None


def check_signed_by(certificate: Certificate, issuer: Certificate) -> PathFailure | None:
    """None where ``issuer``'s key made the certificate's signature, else what is wrong.

    RSA with MD5 is refused without being computed.
    """
    algorithm = certificate.signature_algorithm
    if algorithm is None or algorithm.digest is None:
        detail = f"signature algorithm {certificate.signature_oid} cannot be verified here"
        return PathFailure("unsupported", detail, certificate)
    if algorithm.digest.name in _FORBIDDEN_DIGESTS:
        detail = f"signed with {algorithm.name}, which is forbidden"
        return PathFailure("algorithm_forbidden", detail, certificate)
    try:
        issuer.public_key.verify(certificate.signature, certificate.tbs, algorithm)
    except InvalidSignature:
        detail = "the signature does not belong to the issuer's key"
        return PathFailure("chain_broken", detail, certificate)
    except UnsupportedFormat as error:
        return PathFailure("unsupported", str(error), issuer)
    return None


_UNASKED: Final = object()
MAX_REMEMBERED: Final = 4096
"""Answers of each kind that a memory keeps; what is asked beyond them is worked out again."""


@dataclass(slots=True)
class Memory:
    """What was worked out for one report, so that it is worked out once.

    The signers and makers of a document share CAs and lists: the same signatures are asked for
    again and again. A memory goes with its report, and answers for no other file.
    """

    edges: dict[tuple[bytes, bytes], PathFailure | None] = field(default_factory=dict)
    """What :func:`check_signed_by` said of a certificate and its issuer, by their DER."""
    lists: dict[tuple[bytes, bytes], bool] = field(default_factory=dict)
    """Whether a revocation list was signed with a certificate's key, by their DER."""
    paths: dict[tuple[object, ...], PathResult] = field(default_factory=dict)
    """Paths of issuers, by all that they depend on."""

    def signature(self, certificate: Certificate, issuer: Certificate) -> PathFailure | None:
        """:func:`check_signed_by`, once for two certificates."""
        edge = (certificate.der, issuer.der)
        known = self.edges.get(edge, _UNASKED)
        if known is not _UNASKED:
            return cast("PathFailure | None", known)
        failure = check_signed_by(certificate, issuer)
        if len(self.edges) < MAX_REMEMBERED:
            self.edges[edge] = failure
        return failure


@dataclass(slots=True)
class _Search:
    """A depth-first search over names, good signatures first."""

    trust: TrustStore
    pool: dict[bytes, list[Certificate]]
    at: datetime
    policies: PolicyInputs
    allow_mixed: bool
    memory: Memory
    effort: Effort = field(default_factory=Effort)
    checks: dict[tuple[bytes, bytes], PathFailure | None] = field(default_factory=dict)
    candidates: int = 0
    is_exhausted: bool = False
    longest: tuple[Certificate, ...] = ()

    def signature(self, certificate: Certificate, issuer: Certificate) -> PathFailure | None:
        """The cached outcome of :func:`check_signed_by`; counts what is computed."""
        edge = (certificate.der, issuer.der)
        known = self.checks.get(edge, _UNASKED)
        if known is not _UNASKED:
            return cast("PathFailure | None", known)
        failure = self.checks[edge] = self.memory.signature(certificate, issuer)
        return failure

    def issuers(self, chain: tuple[Certificate, ...]) -> list[tuple[Certificate, bool]]:
        """Candidates above the chain's top, each with whether its signature holds."""
        top = chain[-1]
        found = []
        candidates = (
            *self.trust.find_issuers(top),
            *self.pool.get(names.comparable(top.issuer_der), ()),
        )
        for candidate in candidates:
            self.candidates += 1
            is_new = (top.der, candidate.der) not in self.checks
            if self.candidates > _MAX_CANDIDATES or (
                is_new and len(self.checks) >= MAX_SIGNATURE_CHECKS
            ):
                self.is_exhausted = True
                break
            if any(_is_same_entity(candidate, link) for link in chain):
                continue
            failure = self.signature(top, candidate)
            # A key identifier that names another key says: this namesake is not the issuer.
            if failure is None or not _has_other_key(top, candidate):
                found.append((candidate, failure is None))
        return found

    def run(self, leaf: Certificate) -> PathResult | None:
        """The first path without a failure, else the best one; None where no anchor is reached."""
        best: PathResult | None = None
        good: list[tuple[Certificate, ...]] = [(leaf,)]
        # Paths over a signature that does not hold: they only tell "broken" from "unknown", so
        # they are followed when no sound path reached an anchor.
        doubtful: deque[tuple[Certificate, ...]] = deque()
        while good or (doubtful and best is None):
            is_sound = bool(good)
            chain = good.pop() if is_sound else doubtful.popleft()
            if is_sound and len(chain) > len(self.longest):
                self.longest = chain
            if chain[-1] in self.trust:
                result = self.judge(chain)
                if result.outcome == "passed":
                    return result
                best = result if best is None else min(best, result, key=_badness)
                continue
            if len(chain) >= MAX_PATH_LENGTH:
                self.is_exhausted = True
                continue
            # The stack is read from its end: anchors and the pool's order come first.
            for candidate, holds in reversed(self.issuers(chain)):
                if holds and is_sound:
                    good.append((*chain, candidate))
                else:
                    doubtful.append((*chain, candidate))
        return best

    def judge(self, chain: tuple[Certificate, ...]) -> PathResult:
        """All failures of a path that ends in an anchor."""
        failures = [
            failure
            for certificate, issuer in itertools.pairwise(chain)
            if (failure := self.signature(certificate, issuer)) is not None
        ]
        below = 0
        for place, certificate in enumerate(chain):
            failures += _own_failures(certificate, self.at)
            if place:
                failures += _issuer_failures(certificate, below)
                # pathLen counts the intermediates below, self-issued ones left out.
                below += not certificate.is_self_issued
        if not self.allow_mixed:
            failures += _mixed_failures(chain)
        policies: frozenset[str] = frozenset()
        try:
            for breach in find_breaches(chain, self.effort):
                failures.append(PathFailure("chain_broken", breach.detail, breach.certificate))
            processed = process_policies(chain, self.policies, self.effort)
        except LimitExceeded as error:
            failures.append(PathFailure("unsupported", str(error), chain[0]))
        else:
            policies = processed.policies
            if processed.certificate is not None:
                reason = "certificate_policy_refused" if processed.is_asked else "chain_broken"
                failures.append(PathFailure(reason, processed.problem, processed.certificate))
        failures.sort(key=lambda failure: _SEVERITY.index(failure.reason))
        weak = any(
            c.signature_algorithm is not None and c.signature_algorithm.weak for c in chain[:-1]
        )
        outcome = _outcome(failures)
        return PathResult(outcome, chain, tuple(failures), weak, policies, self.candidates)


def _outcome(failures: list[PathFailure]) -> Outcome:
    if not failures:
        return "passed"
    return "indeterminate" if failures[0].reason in _INDETERMINATE else "failed"


def _badness(result: PathResult) -> tuple[int, int]:
    """Sorts the results of several paths: the mildest worst failure, then the fewest."""
    return -_SEVERITY.index(result.failures[0].reason), len(result.failures)


def _is_same_entity(one: Certificate, other: Certificate) -> bool:
    return one.subject_der == other.subject_der and one.public_key.spki == other.public_key.spki


def _has_other_key(certificate: Certificate, issuer: Certificate) -> bool:
    wanted, found = certificate.authority_key_id, issuer.subject_key_id
    return wanted is not None and found is not None and wanted != found


def _own_failures(certificate: Certificate, at: datetime) -> list[PathFailure]:
    failures = []
    if certificate.critical_unknown:
        oids = ", ".join(certificate.critical_unknown)
        detail = f"critical extensions that are not understood: {oids}"
        failures.append(PathFailure("chain_broken", detail, certificate))
    if at < certificate.not_before:
        detail = f"not valid before {certificate.not_before.isoformat()}"
        failures.append(PathFailure("certificate_not_yet_valid", detail, certificate))
    if at > certificate.not_after:
        detail = f"not valid after {certificate.not_after.isoformat()}"
        failures.append(PathFailure("certificate_expired", detail, certificate))
    return failures


def _issuer_failures(certificate: Certificate, below: int) -> list[PathFailure]:
    details = []
    if certificate.subject_der == _NO_NAME:
        details.append("the issuer has no name")
    if not certificate.is_ca:
        details.append("the issuer is not a CA (basicConstraints)")
    elif certificate.path_length is not None and below > certificate.path_length:
        details.append(f"{below} CAs below, where {certificate.path_length} are allowed (pathLen)")
    if certificate.key_usage is not None and "key_cert_sign" not in certificate.key_usage:
        details.append("the issuer's key may not sign certificates (keyUsage)")
    return [PathFailure("chain_broken", detail, certificate) for detail in details]


def find_mixed(chain: Iterable[Certificate]) -> list[tuple[Certificate, str]]:
    """The certificates of a chain (leaf first) right below a key of another system, and how.

    SM2 is one system, all other kinds of key together are the other.
    """
    found = []
    for certificate, issuer in itertools.pairwise(chain):
        kind, above = certificate.public_key.kind, issuer.public_key.kind
        if kind != above and "sm2" in (kind, above) and not {kind, above} <= {"sm2", "unsupported"}:
            found.append((certificate, f"a key of kind {kind} below one of kind {above}"))
    return found


def _mixed_failures(chain: tuple[Certificate, ...]) -> list[PathFailure]:
    return [
        PathFailure("chain_mixed", f"{detail}: mixed chains are not allowed", certificate)
        for certificate, detail in find_mixed(chain)
    ]


def validate_path(
    leaf: Certificate,
    trust: TrustStore,
    *,
    certificates: Iterable[Certificate] = (),
    at: datetime,
    policies: PolicyInputs = ANY_POLICIES,
    allow_mixed: bool = False,
    memory: Memory | None = None,
) -> PathResult:
    """Whether ``leaf`` chains to a trusted certificate at the moment ``at`` (RFC 5280, 6.1).

    ``certificates`` are untrusted intermediates. Signatures, validity of every certificate (the
    anchor too), basicConstraints, pathLen, keyUsage, nameConstraints, certificate policies and
    unknown critical extensions are judged. ``policies`` are the caller's inputs to policy
    processing: what they ask for and the path has not is ``certificate_policy_refused``. Unless
    ``allow_mixed``, SM2 and other keys in one chain are ``chain_mixed``. A leaf that is itself
    trusted is its own anchor. An unknown anchor is *indeterminate* (``no_trust_anchor``), whatever
    else is wrong; a path to an anchor that breaks a rule is *failed*. Of several paths the first
    faultless one counts, else the least faulty. ``memory`` is that of the report, where there is
    one.

    Raises:
        ValueError: ``at`` has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError("at needs its time zone")
    pool: dict[bytes, list[Certificate]] = {}
    # A trusted leaf needs nobody; a pool of any size is gone through by what its hash is known of.
    others = {item.der: item for item in certificates} if leaf not in trust else {}
    for certificate in others.values():
        pool.setdefault(names.comparable(certificate.subject_der), []).append(certificate)
    search = _Search(trust, pool, at, policies, allow_mixed, memory or Memory())
    result = search.run(leaf)
    if result is not None:
        steps = search.candidates
        return result if result.steps == steps else replace(result, steps=steps)
    detail = (
        "the search for a trusted certificate was given up at its limits"
        if search.is_exhausted
        else "no trusted certificate at the end of the chain"
    )
    chain = search.longest
    failure = PathFailure("no_trust_anchor", detail, chain[-1])
    return PathResult("indeterminate", chain, (failure,), steps=search.candidates)
