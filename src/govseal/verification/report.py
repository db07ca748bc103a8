"""What verification found: frozen data, made once, rendered elsewhere (ETSI EN 319 102-1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from enum import Enum
from typing import NoReturn

from govseal.asn1.times import in_beijing
from govseal.errors import VerificationError
from govseal.formats.source import FileDigests
from govseal.frozen import frozen
from govseal.seal.extensions import LedgerReference, SealScope
from govseal.verification.status import BusinessStatus

SCHEMA = "govseal.report/1"


class Outcome(Enum):
    """How one check came out; the values are wire strings."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"
    SKIPPED = "skipped"
    """It did not apply; never lowers a verdict."""


class Verdict(Enum):
    """What is said of a signature or a document; the values are wire strings."""

    PASSED = "passed"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"
    UNSIGNED = "unsigned"
    """Of documents only: no signature, and none was required."""


class Effect(Enum):
    """What the file is worth in law; the values are wire strings."""

    ORIGINAL_EQUIVALENT = "original_equivalent"
    """Every signature passed: the same as the sealed original."""
    COPY = "copy"
    """Without a seal: a copy at most."""
    NONE = "none"


@frozen
class Check:
    """One named check and its outcome."""

    name: str
    outcome: Outcome
    reason: str = ""
    """Why, if it did not simply pass: a code of :mod:`govseal.verification.reasons`."""
    clause: str = ""
    """The clause of the standard that asks for it."""
    detail: str = ""
    """The particulars, in English: names, times, numbers."""

    def to_dict(self) -> dict[str, object]:
        """The check as the JSON report shows it."""
        return {
            "name": self.name,
            "outcome": self.outcome.value,
            "reason": self.reason,
            "clause": self.clause,
            "detail": self.detail,
        }


@frozen
class SignerSummary:
    """The signer's certificate in short."""

    subject: str
    issuer: str
    serial: str
    """Hexadecimal."""
    not_before: datetime
    not_after: datetime

    def to_dict(self) -> dict[str, object]:
        """The signer as the JSON report shows it."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "serial": self.serial,
            "not_before": _time(self.not_before),
            "not_after": _time(self.not_after),
        }


@frozen
class SealSummary:
    """The seal in short."""

    id: str
    name: str
    type: str
    maker: str
    """Subject of the maker's certificate."""
    not_before: datetime | None
    not_after: datetime | None
    picture_sha256: str
    picture: bytes = field(repr=False)
    """The seal's picture as received."""
    picture_kind: str
    scope: SealScope | None = None
    """用章范围, where the seal was handed over to another unit."""

    def to_dict(self) -> dict[str, object]:
        """The seal as the JSON report shows it, without its picture."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "maker": self.maker,
            "not_before": _time(self.not_before),
            "not_after": _time(self.not_after),
            "picture_sha256": self.picture_sha256,
            "scope": scope_to_dict(self.scope) if self.scope else None,
        }


@frozen
class PagesCovered:
    """Which pages a signature protects, with all that they show."""

    covered: tuple[tuple[int, int], ...]
    """First and last of each row of pages."""
    total: int
    """Pages of the file."""
    is_root_protected: bool
    """Whether it protects what says which document is shown; else another may be put there."""

    @classmethod
    def from_numbers(
        cls, numbers: Iterable[int], *, total: int, is_root_protected: bool
    ) -> PagesCovered:
        """The rows of pages with these numbers, which ascend."""
        rows: list[tuple[int, int]] = []
        for number in numbers:
            if rows and rows[-1][1] == number - 1:
                rows[-1] = (rows[-1][0], number)
            else:
                rows.append((number, number))
        return cls(tuple(rows), total, is_root_protected)

    @property
    def is_whole(self) -> bool:
        """Whether no page is left out."""
        return self.covered == ((1, self.total),) or self.total == 0

    def to_dict(self) -> dict[str, object]:
        """The pages as the JSON report shows them."""
        return {
            "covered": [list(row) for row in self.covered],
            "total": self.total,
            "root_protected": self.is_root_protected,
        }


@frozen
class SignatureReport:
    """The verdict on one signature and how it came about."""

    id: str
    kind: str
    standard: str
    verdict: Verdict
    checks: tuple[Check, ...]
    notices: tuple[str, ...]
    """Codes of what was noticed and lowers nothing."""
    signed_at: datetime | None
    """T: the time of a verified time stamp, else the claimed time."""
    time_source: str
    """``claimed`` or ``timestamp``."""
    coverage: str
    algorithm: str
    signer: SignerSummary | None
    seal: SealSummary | None
    matter: str | None = None
    """Code of the matter that the stamp states."""
    ledger: LedgerReference | None = None
    """The entry of the ledger that the stamp states."""
    pages: PagesCovered | None = None
    """Which pages it protects; None for a format that does not tell pages apart."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Codes of what lowered the verdict, each once, in the order of the checks."""
        lowering = (Outcome.FAILED, Outcome.INDETERMINATE)
        return tuple(dict.fromkeys(c.reason for c in self.checks if c.outcome in lowering))

    def check(self, name: str) -> Check:
        """The check of that name; raises ``KeyError`` if it was not run."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    def to_dict(self) -> dict[str, object]:
        """The signature as the JSON report shows it."""
        return {
            "id": self.id,
            "kind": self.kind,
            "standard": self.standard,
            "verdict": self.verdict.value,
            "reasons": list(self.reasons),
            "notices": list(self.notices),
            "signed_at": _time(self.signed_at),
            "time_source": self.time_source,
            "coverage": self.coverage,
            "pages": self.pages.to_dict() if self.pages else None,
            "algorithm": self.algorithm,
            "signer": self.signer.to_dict() if self.signer else None,
            "seal": self.seal.to_dict() if self.seal else None,
            "matter": self.matter,
            "ledger": ledger_to_dict(self.ledger) if self.ledger else None,
            "checks": [check.to_dict() for check in self.checks],
        }


@frozen
class Report:
    """The verdict on one file: as its worst signature."""

    file: str
    format: str
    size: int
    digests: FileDigests
    """Of the bytes that were verified; see :attr:`sha256` and :attr:`sm3`."""
    verdict: Verdict
    effect: Effect
    reasons: tuple[str, ...]
    """Codes of what lowered the verdict, over all signatures."""
    verified_at: datetime
    policy: str
    """The policy's name, which anybody may choose; what it asks is in ``policy_settings``."""
    signatures: tuple[SignatureReport, ...]
    checks: tuple[Check, ...] = ()
    """Checks of the file as a whole (``container``)."""
    notices: tuple[str, ...] = ()
    """Codes of what was noticed about the file as a whole, and lowers nothing."""
    policy_settings: Mapping[str, object] = field(default_factory=dict)
    """By name, the settings of the policy that depart from the default; anchors are left out."""
    business: BusinessStatus | None = None
    """What became of the document, where a registry or its status file was asked and knows it."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the file, in hexadecimal."""
        return self.digests.both()[0].hex()

    @property
    def sm3(self) -> str:
        """SM3 of the file, in hexadecimal."""
        return self.digests.both()[1].hex()

    def __bool__(self) -> NoReturn:
        raise TypeError("a report is not a yes or no: read .verdict, or call .require_valid()")

    def require_valid(self) -> None:
        """Return if every signature passed.

        Raises:
            VerificationError: with this report, for every other verdict, *unsigned* included.
        """
        if self.verdict is not Verdict.PASSED:
            reasons = ", ".join(self.reasons) or "no signature"
            message = f"{self.verdict.value}: {reasons}"
            raise VerificationError(message, report=self)

    def to_dict(self) -> dict[str, object]:
        """The report as JSON shows it (schema ``govseal.report/1``)."""
        return {
            "schema": SCHEMA,
            "file": self.file,
            "format": self.format,
            "size": self.size,
            "sha256": self.sha256,
            "sm3": self.sm3,
            "verdict": self.verdict.value,
            "effect": self.effect.value,
            "reasons": list(self.reasons),
            "notices": list(self.notices),
            "verified_at": _time(self.verified_at),
            "policy": self.policy,
            "policy_settings": dict(self.policy_settings),
            "checks": [check.to_dict() for check in self.checks],
            "signatures": [signature.to_dict() for signature in self.signatures],
            "business": self.business.to_dict() if self.business else None,
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """The report as one JSON object."""
        import json  # noqa: PLC0415 - start-up

        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)
        # A file name that is not UTF-8 comes as lone surrogates, which JSON can only escape.
        return text.encode("utf-8", "backslashreplace").decode("utf-8")


def scope_to_dict(scope: SealScope) -> dict[str, object]:
    """A scope as JSON shows it: digests in hexadecimal, times in Beijing time."""
    return {
        "delegator": scope.delegator,
        "delegate": scope.delegate,
        "region": scope.region,
        "matters": list(scope.matters),
        "matter_list": scope.matter_list.hex() if scope.matter_list is not None else None,
        "agreement": scope.agreement.hex(),
        "not_before": _time(scope.not_before),
        "not_after": _time(scope.not_after),
        "redelegation": scope.redelegation,
    }


def ledger_to_dict(ledger: LedgerReference) -> dict[str, object]:
    """A reference to the ledger as JSON shows it."""
    return {"log": ledger.log, "sequence": ledger.sequence, "leaf": ledger.leaf.hex()}


def _time(moment: datetime | None) -> str | None:
    """ISO 8601 in Beijing time, to the second."""
    if moment is None:
        return None
    return in_beijing(moment).isoformat(timespec="seconds")
