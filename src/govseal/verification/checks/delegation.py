"""The check of delegated seals (“2号章”): a stamp inside the scope that its seal states."""

from __future__ import annotations

from datetime import UTC, datetime

from govseal.seal.delegation import covers
from govseal.verification.checks.finding import (
    PASSED,
    SKIPPED,
    Finding,
    failed,
    indeterminate,
    noticed,
    unreadable,
)
from govseal.verification.collect import Subject


def seal_scope(subject: Subject) -> Finding:
    """The stamp states a matter of its seal's scope, and T lies in the term of the agreement.

    It asks the file, T and the lists of matters that were given, nothing else. That the scope lets
    the delegate delegate further is a notice: it is forbidden by some rules, not by all.
    """
    if subject.evidence is None or subject.seal is None:
        return SKIPPED
    statements = subject.statements
    if statements.problem is not None:
        return unreadable(statements.problem)
    scope, matter = statements.scope, statements.matter
    if scope is None:
        return SKIPPED
    if matter is None:
        return failed("outside_scope", "the stamp states no matter")
    is_covered = covers(scope, matter.code, statements.codes)
    if is_covered is False:
        return failed("outside_scope", matter.code)
    time = subject.signing_time
    if time is not None and not scope.not_before <= time <= scope.not_after:
        term = f"{_text(scope.not_before)} to {_text(scope.not_after)}"
        return failed("outside_term", f"{_text(time)} outside {term}")
    if time is None:
        return indeterminate("no_signing_time")
    if is_covered is None:
        return indeterminate("matter_list_missing", matter.code)
    return noticed("redelegation_permitted") if scope.redelegation else PASSED


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
