"""验章: document to evidence to subjects to checks to report, in one direction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from govseal.formats.base import Document, Evidence, Presence, SignatureEvidence, SignatureKind
from govseal.formats.source import ByteSource, FileDigests, HeldBytes
from govseal.pki.forms import has_loose_form
from govseal.pki.materials import Materials
from govseal.pki.trust import TrustStore
from govseal.seal.model import Seal
from govseal.verification.checks import CHECKS
from govseal.verification.checks.document import coverage
from govseal.verification.checks.filelist import file_list
from govseal.verification.checks.finding import (
    PASSED,
    SKIPPED,
    Finding,
    failed,
    indeterminate,
    unreadable,
)
from govseal.verification.checks.licence import licence_faults
from govseal.verification.collect import Collector, Subject
from govseal.verification.policy import DEFAULT_POLICY, Policy
from govseal.verification.report import (
    Check,
    Effect,
    Outcome,
    PagesCovered,
    Report,
    SignatureReport,
    Verdict,
)
from govseal.verification.status import BusinessStatus, StatusSource
from govseal.verification.summaries import (
    CMS_STANDARD,
    seal_summary,
    signer_summary,
    standard_of,
)

if TYPE_CHECKING:
    from govseal.formats.metadata import LicenceMention
    from govseal.pki.fetch import Fetcher
    from govseal.pki.online import OnlineRevocation

_COVERAGE_CLAUSE = "GB/T 33190-2016, 18.2.2"
_FILE_LIST_CLAUSE = "GM/T 0099-2020, annex D"
_BASE_CLAUSE = "GM/T 0099-2020"
_CMS_CLAUSES = {"PAdES": "ETSI EN 319 142-1, 6.3", "CMS": "RFC 5652, 5.6"}
_PDF_CONTAINER_CLAUSE = "ISO 32000-2, 7.5"
_PDF_COVERAGE_CLAUSE = "ISO 32000-2, 12.8.1"


def verify_document(
    document: Document,
    data: bytes | ByteSource,
    trust: TrustStore,
    *,
    at: datetime,
    materials: Materials | None = None,
    policy: Policy = DEFAULT_POLICY,
    fetcher: Fetcher | None = None,
    status: StatusSource | None = None,
    name: str = "",
) -> Report:
    """The report on an open document.

    Args:
        document: the open document.
        data: its bytes or their source, for the digests that identify it in the report.
        trust: the anchors; an empty store trusts nobody.
        at: the time of judging, timezone-aware.
        materials: further certificates, revocation lists, lists of matters.
        policy: what the verifier asks for.
        fetcher: who gets revocation data that is not at hand; by default nobody does.
        status: who knows what became of seals and documents.
        name: how the report calls the file.
    """
    source = data if isinstance(data, ByteSource) else HeldBytes(data)
    source.is_judged = True
    evidence = document.evidence()
    collector = Collector(trust, materials or Materials(), at, policy, _online(fetcher), status)
    seal = evidence.seal
    judged = (_judge_seal(seal, collector),) if seal else _judge_signatures(evidence, collector)
    container = unreadable(evidence.problem) if evidence.problem else Finding(Outcome.PASSED)
    is_pdf = evidence.format == "pdf"
    clause = _PDF_CONTAINER_CLAUSE if is_pdf else "GB/T 33190-2016, 7"
    checks = [_check("container", container, clause), *_listed(evidence, collector)]
    of_list = evidence.file_list.tolerances if evidence.file_list else ()
    tolerances = [item.code for item in (*evidence.tolerances, *of_list)]
    if policy.strict and judged and tolerances:
        checks.append(_refused(tolerances))
    digests = source.digests()
    business = _asked(status, digests) if status else None
    verdict, reasons = _document_verdict(evidence, judged, checks, policy, business)
    return Report(
        file=name,
        format=evidence.format,
        size=source.size,
        digests=digests,
        verdict=verdict,
        effect=_effect(verdict, evidence),
        reasons=reasons,
        verified_at=at,
        policy=policy.name,
        signatures=judged,
        checks=tuple(checks),
        notices=_notices(document, checks, tolerances, tuple(_told(status, business, at))),
        policy_settings=policy.settings,
        business=business,
    )


def _asked(status: StatusSource, digests: FileDigests) -> BusinessStatus | None:
    """What the source of status knows of the document."""
    sha256, sm3 = digests.both()
    return status.of_document(sm3.hex(), sha256.hex())


def _notices(
    document: Document,
    checks: Sequence[Check],
    tolerances: Sequence[str],
    told: Sequence[str],
) -> tuple[str, ...]:
    """What the reader of a file has to know; a sound document may not hold any more."""
    noticed = [check.reason for check in checks if check.outcome is Outcome.PASSED and check.reason]
    return tuple(dict.fromkeys((*noticed, *tolerances, *_licence_notices(document), *told)))


def _told(
    status: StatusSource | None, business: BusinessStatus | None, at: datetime
) -> Iterator[str]:
    """What the registry's word on the document means; of an old one, that there may be a newer."""
    if business is not None and business.status != "current":
        yield "business_not_current"
    if status is not None and status.next_update is not None and status.next_update < at:
        yield "business_status_outdated"


def _listed(evidence: Evidence, collector: Collector) -> Iterator[Check]:
    """The check of the package's own list of files, where it has one."""
    listed = evidence.file_list
    if listed is None:
        return
    subject = None
    if listed.signed_data is not None:
        signature = SignatureEvidence(
            "", SignatureKind.SIGNATURE, "", data=listed.data, signed_data=listed.signed_data
        )
        subject = collector.signature(signature)
    yield _check("file_list", file_list(listed, subject), _FILE_LIST_CLAUSE)


def _licence_notices(document: Document) -> tuple[str, ...]:
    """What is wrong with the identifiers of e-licences that the document states."""
    # Asking for the protocol takes longer than looking for identifiers.
    stated: Callable[[], tuple[LicenceMention, ...]] | None
    stated = getattr(document, "stated_licences", None)
    return tuple(licence_faults(stated())) if stated is not None else ()


def _online(fetcher: Fetcher | None) -> OnlineRevocation | None:
    if fetcher is None:
        return None
    from govseal.pki.online import OnlineRevocation  # noqa: PLC0415 - start-up

    return OnlineRevocation(fetcher)


# What is asked of a seal is asked by the seal's own standard, wherever the seal travels.
_OF_ANY_SEAL = frozenset(
    {
        "seal_signature",
        "signer_listed",
        "seal_validity",
        "maker_chain",
        "maker_revocation",
        "seal_scope",
        "seal_binding",
    }
)


def _judge_signatures(evidence: Evidence, collector: Collector) -> tuple[SignatureReport, ...]:
    subjects = _without_repeats(
        collector.signature(item, evidence.problem) for item in evidence.signatures
    )
    results = [_run(subject) for subject in subjects]
    # By how many sound signatures each part is protected; one's own does not count for it. Where
    # nothing is left unprotected nobody asks.
    clause = _PDF_COVERAGE_CLAUSE if evidence.format == "pdf" else _COVERAGE_CLAUSE
    is_asked = any(item.coverage.unprotected for item in evidence.signatures)
    own = [
        _matching(item) if is_asked and not (item.anomalies or _lowered(checks)) else frozenset()
        for item, checks in zip(evidence.signatures, results, strict=True)
    ]
    protectors = Counter(name for names in own for name in names)
    reports = []
    for subject, checks, mine in zip(subjects, results, own, strict=True):
        unprotected = subject.evidence.coverage.unprotected if subject.evidence else ()
        elsewhere = frozenset(
            part.name for part in unprotected if protectors[part.name] > (part.name in mine)
        )
        covered = _check("coverage", coverage(subject, elsewhere), clause)
        ordered = (checks[0], covered, *checks[1:])
        pages = _pages(subject, evidence.pages)
        reports.append(_signature_report(subject, ordered, pages))
    return _with_bases(reports, [item.relative for item in evidence.signatures])


def _pages(subject: Subject, total: int) -> PagesCovered | None:
    scope = subject.evidence.coverage if subject.evidence else None
    if scope is None or scope.pages is None:
        return None
    return PagesCovered.from_numbers(
        scope.pages, total=total, is_root_protected=scope.is_root_protected
    )


def _with_bases(
    reports: Sequence[SignatureReport], bases: Sequence[str]
) -> tuple[SignatureReport, ...]:
    """The reports, those of signatures that build on another one (Relative) with that as a check.

    The attribute stands in the open list: it can ask for more, and never for less.
    """
    places: dict[str, list[int]] = {}
    for place, report in enumerate(reports):
        places.setdefault(report.id, []).append(place)

    def base_of(place: int) -> int | None:
        found = places.get(bases[place], []) if bases[place] else []
        return found[0] if len(found) == 1 else None

    judged: dict[int, SignatureReport] = {}
    for start in range(len(reports)):
        chain: list[int] = []
        at: int | None = start
        while at is not None and at not in judged and at not in chain:
            chain.append(at)
            at = base_of(at)
        for place in reversed(chain):
            base = base_of(place)
            found = judged.get(base) if base is not None else None
            judged[place] = _with_base(reports[place], bases[place], found)
    return tuple(judged[place] for place in range(len(reports)))


def _with_base(report: SignatureReport, name: str, base: SignatureReport | None) -> SignatureReport:
    """The report with the check of its base; None is one that is not there, or itself."""
    if not name:
        return report
    if base is None:
        finding = failed("base_signature_missing", name)
    elif base.verdict is Verdict.FAILED:
        finding = failed("base_signature_unverified", name)
    elif base.verdict is not Verdict.PASSED:
        finding = indeterminate("base_signature_unverified", name)
    else:
        finding = PASSED
    checks = (*report.checks, _check("base_signature", finding, _BASE_CLAUSE))
    return replace(report, checks=checks, verdict=_verdict(checks))


def _without_repeats(subjects: Iterable[Subject]) -> list[Subject]:
    """The subjects, those marked whose signature value an earlier one has: it counts once.

    The list of signatures is mostly open, so anybody can list one act of signing several times.
    """
    first: dict[bytes, str] = {}
    marked: list[Subject] = []
    for subject in subjects:
        value = subject.signature.value if subject.signature else b""
        repeated = first.get(value)
        marked.append(replace(subject, repeats=repeated) if repeated else subject)
        if value and subject.evidence is not None:
            first.setdefault(value, subject.evidence.id)
    return marked


def _matching(evidence: SignatureEvidence) -> frozenset[str]:
    """The names that a signature protects and that are as it protects them.

    Where it digests no part by itself, its one digest is over all that it covers.
    """
    if not evidence.parts:
        return evidence.coverage.protected
    return frozenset(
        part.name
        for part in evidence.parts
        if part.presence is Presence.PRESENT and part.actual == part.expected
    )


def _judge_seal(seal: Seal, collector: Collector) -> SignatureReport:
    subject = collector.seal(seal)
    return _signature_report(subject, _run(subject))


def _run(subject: Subject) -> tuple[Check, ...]:
    is_bare_seal = subject.evidence is None
    is_old = subject.seal is not None and subject.seal.generation.year == 2014
    evidence = subject.evidence
    is_cms = evidence is not None and bool(evidence.signed_data or evidence.standard)
    checks = []
    for row in CHECKS:
        if is_bare_seal and not row.of_seal:
            continue
        finding = row.run(subject)
        if is_bare_seal and finding is SKIPPED:
            continue
        clause = row.clause_2014 if is_old else row.clause
        if is_cms and row.name not in _OF_ANY_SEAL:
            clause = _CMS_CLAUSES.get(standard_of(subject), CMS_STANDARD)
        checks.append(_check(row.name, finding, clause))
    strictness = _strict(subject, checks)
    return (*checks, strictness) if strictness else tuple(checks)


# Most checks pass, or do not apply, and have nothing to tell.
@lru_cache(maxsize=256)
def _passed(name: str, clause: str) -> Check:
    return Check(name, Outcome.PASSED, clause=clause)


@lru_cache(maxsize=256)
def _skipped(name: str, clause: str) -> Check:
    return Check(name, Outcome.SKIPPED, clause=clause)


def _check(name: str, finding: Finding, clause: str) -> Check:
    if finding is PASSED:
        return _passed(name, clause)
    if finding is SKIPPED:
        return _skipped(name, clause)
    clause = finding.clause or clause
    return Check(name, finding.outcome, finding.reason, clause, finding.detail)


def _strict(subject: Subject, checks: Sequence[Check]) -> Check | None:
    """Under a strict policy the tolerances are one more check."""
    if not subject.policy.strict:
        return None
    return _refused((*_tolerances(subject), *_judged(subject, checks)))


_QUIRKS = {
    "key_usage_absent": "quirk_q18",
    "maker_is_signer": "quirk_q21",
    "property_info_differs": "quirk_q10",
}


def _judged(subject: Subject, checks: Sequence[Check]) -> tuple[str, ...]:
    """The tolerances that checks noticed.

    Outside a package 原文属性 is free: no standard says there what it names.
    """
    noticed = [check.reason for check in checks if check.outcome is Outcome.PASSED]
    is_package = subject.evidence is not None and subject.evidence.location.startswith("/")
    codes = [code for code in noticed if code.startswith("quirk_")]
    codes += [
        _QUIRKS[code]
        for code in noticed
        if code in _QUIRKS and (is_package or code != "property_info_differs")
    ]
    certificates = [party.certificate for party in (subject.signer, subject.maker) if party]
    if any(item is not None and has_loose_form(item.der) for item in certificates):
        codes.append("quirk_q18")
    return tuple(dict.fromkeys(codes))


def _refused(codes: Iterable[str]) -> Check:
    found = tuple(dict.fromkeys(codes))
    outcome = Outcome.FAILED if found else Outcome.PASSED
    return Check("tolerances", outcome, "tolerance_refused" if found else "", "", ", ".join(found))


def _tolerances(subject: Subject) -> tuple[str, ...]:
    sources: Iterable[object] = (subject.evidence, subject.stamp or subject.seal)
    if subject.evidence is not None and subject.evidence.signed_data is not None:
        sources = (*sources, subject.evidence.signed_data)
    results = (*subject.time_stamps, *subject.seal_time_stamps)
    sources = (*sources, *(result.token for result in results))
    codes = [item.code for source in sources for item in getattr(source, "tolerances", ())]
    return tuple(dict.fromkeys(codes))


def _lowered(checks: Sequence[Check]) -> bool:
    return _verdict(checks) is not Verdict.PASSED


def _verdict(checks: Sequence[Check]) -> Verdict:
    outcomes = [check.outcome for check in checks]
    if Outcome.FAILED in outcomes:
        return Verdict.FAILED
    return Verdict.INDETERMINATE if Outcome.INDETERMINATE in outcomes else Verdict.PASSED


def _document_verdict(
    evidence: Evidence,
    signatures: Sequence[SignatureReport],
    checks: Sequence[Check],
    policy: Policy,
    business: BusinessStatus | None,
) -> tuple[Verdict, tuple[str, ...]]:
    """As the worst signature; a file that nobody signed is *unsigned*, never passed."""
    reasons = [c.reason for c in checks if c.outcome in (Outcome.FAILED, Outcome.INDETERMINATE)]
    for signature in signatures:
        reasons.extend(signature.reasons)
    verdicts = {_verdict(checks), *(signature.verdict for signature in signatures)}
    is_sealed = any(signature.kind == SignatureKind.SEAL.value for signature in signatures)
    misses = business is not None and bool(business.missing_seals)  # as the registry has it
    if misses or (policy.require_seal and not is_sealed):
        reasons.append("required_seal_missing")
        verdicts.add(Verdict.FAILED)
    if not signatures and verdicts == {Verdict.PASSED} and not evidence.problem:
        return Verdict.UNSIGNED, ()
    for verdict in (Verdict.FAILED, Verdict.INDETERMINATE):
        if verdict in verdicts:
            return verdict, tuple(dict.fromkeys(reasons))
    return Verdict.PASSED, ()


def _effect(verdict: Verdict, evidence: Evidence) -> Effect:
    """Only what carries a seal equals a sealed original: no plain signature, no bare seal."""
    if verdict is Verdict.PASSED and any(item.stamp or item.seal for item in evidence.signatures):
        return Effect.ORIGINAL_EQUIVALENT
    return Effect.COPY if verdict is Verdict.UNSIGNED else Effect.NONE


def _signature_report(
    subject: Subject, checks: tuple[Check, ...], pages: PagesCovered | None = None
) -> SignatureReport:
    evidence, signature = subject.evidence, subject.signature
    passed = [c.reason for c in checks if c.outcome is Outcome.PASSED and c.reason]
    algorithm = signature.algorithm if signature else None
    statements = subject.statements
    return SignatureReport(
        id=evidence.id if evidence else "1",
        kind=evidence.kind.value if evidence else SignatureKind.SEAL.value,
        standard=standard_of(subject),
        verdict=_verdict(checks),
        checks=checks,
        notices=tuple(dict.fromkeys((*passed, *_tolerances(subject), *_judged(subject, checks)))),
        signed_at=subject.signing_time if evidence else None,
        time_source="claimed" if subject.proved_at is None else "timestamp",
        coverage=evidence.coverage.extent.value if evidence else "none",
        algorithm=algorithm.name if algorithm else (signature.algorithm_oid if signature else ""),
        signer=signer_summary(subject),
        seal=seal_summary(subject),
        matter=statements.matter.code if statements.matter else None,
        ledger=statements.ledger,
        pages=pages,
    )
