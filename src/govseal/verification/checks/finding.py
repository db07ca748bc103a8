"""What a check found, before the report gives it a name and a clause."""

from __future__ import annotations

from collections.abc import Iterable

from govseal.errors import FormatError
from govseal.frozen import frozen
from govseal.verification.report import Outcome


@frozen
class Finding:
    """An outcome and its reason; a reason on a passed finding is a notice."""

    outcome: Outcome
    reason: str = ""
    detail: str = ""
    clause: str = ""
    """The clause that decided, where it is another than the check's own."""


_UNDECIDED = frozenset({"unsupported", "signature_unlisted"})

PASSED = Finding(Outcome.PASSED)
SKIPPED = Finding(Outcome.SKIPPED)


def failed(reason: str, detail: str = "") -> Finding:
    """The bytes or the rules say no."""
    return Finding(Outcome.FAILED, reason, detail)


def indeterminate(reason: str, detail: str = "") -> Finding:
    """Evidence is missing: neither yes nor no."""
    return Finding(Outcome.INDETERMINATE, reason, detail)


def noticed(reason: str, detail: str = "") -> Finding:
    """Passed, with something to notice."""
    return Finding(Outcome.PASSED, reason, detail)


def unreadable(problem: FormatError) -> Finding:
    """What could not be read: some of it is undecided, everything else is wrong."""
    make = indeterminate if problem.code in _UNDECIDED else failed
    return make(problem.code, str(problem))


def gravest(findings: Iterable[Finding]) -> Finding:
    """The worst, of equals the first; passed where there are none.

    A notice about one may not hide a question about another.
    """
    return max(findings, key=_gravity, default=PASSED)


def _gravity(finding: Finding) -> int:
    order = (Outcome.PASSED, Outcome.INDETERMINATE, Outcome.FAILED)
    return 2 * order.index(finding.outcome) + bool(finding.reason)
