"""The check of the package's own list of files, which may lower a verdict and never raise it."""

from __future__ import annotations

from govseal.formats.base import FileList
from govseal.verification.checks import document, mathematics, trust, validity
from govseal.verification.checks.finding import (
    PASSED,
    Finding,
    failed,
    gravest,
    indeterminate,
    noticed,
    unreadable,
)
from govseal.verification.collect import Subject
from govseal.verification.report import Outcome


def file_list(listed: FileList, subject: Subject | None) -> Finding:
    """The list is signed, and names every file of the package and no other.

    ``subject`` is its signature. Who signed it lowers nothing: a list is not needed for a verdict,
    and one of a stranger speaks against a file as well as any other.
    """
    if listed.problem is not None or subject is None:
        return unreadable(listed.problem) if listed.problem else indeterminate("unsupported")
    signed = gravest(
        check(subject)
        for check in (document.data_digest, mathematics.signature_value, mathematics.algorithms)
    )
    if signed.outcome is Outcome.FAILED:
        return failed("file_list_invalid", f"{signed.reason}: {signed.detail}".rstrip(": "))
    if signed.outcome is Outcome.INDETERMINATE:
        return signed
    if listed.missing:
        return failed("listed_file_missing", document.names(listed.missing))
    if listed.unlisted:
        return indeterminate("smuggled_file", document.names(listed.unlisted))
    return PASSED if _is_trusted(subject) else noticed("file_list_untrusted")


def _is_trusted(subject: Subject) -> bool:
    checks = (
        trust.signer_chain,
        trust.signer_key_usage,
        trust.signer_revocation,
        validity.signing_time,
        validity.timestamp,
    )
    lowering = (Outcome.FAILED, Outcome.INDETERMINATE)
    return all(check(subject).outcome not in lowering for check in checks)
