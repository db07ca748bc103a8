"""NIST's Public Key Interoperability Test Suite: its table, its files, and what we say to each.

``pki/pkits.csv`` has the number of each test in the document, the settings of its variants, and
the result that the document asks for (Public Key Interoperability Test Suite, Certification Path
Validation, version 1.0.1, sections 4.1 to 4.16; the files that belong to a test as the list of
pyhanko-certvalidator names them). ``decided_by`` tells whether the rules of the path decide or
what the lists say. ``tools/packages pkits`` fetches the certificates and lists.
"""

from __future__ import annotations

import csv
import functools
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from govseal.errors import EncodingError
from govseal.pki.certificate import Certificate
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.path import PathResult, validate_path
from govseal.pki.policies import ANY_POLICIES, PolicyInputs
from govseal.pki.revocation import check_revocation
from govseal.pki.trust import TrustStore

FOLDER = Path(__file__).resolve().parents[1] / "build" / "pkits"
UNREADABLE = frozenset({"BadSignedCACert", "InvalidDSASignatureTest6EE", "BadCRLSignatureCACRL"})
"""Files with a signature that is no row of octets."""
ABSENT = "PKITS is absent (tools/packages pkits)"
AT = datetime(2026, 11, 21, tzinfo=UTC)
ANCHOR = "TrustAnchorRootCertificate"
ANCHOR_CRL = "TrustAnchorRootCRL"
POLICY = "2.16.840.1.101.3.2.1.48."
_TABLES = Path(__file__).with_name("pki")

Files = Callable[[str], bytes]
"""A certificate or list by the name that the table has for it, without suffix."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test, or one variant of it."""

    test: str
    settings: str
    is_valid: bool
    is_decided_by_path: bool
    end_entity: str
    intermediates: tuple[str, ...]
    crls: tuple[str, ...]

    @property
    def name(self) -> str:
        """The number, and the settings where there are any."""
        return f"{self.test} {self.settings}".strip()

    @property
    def inputs(self) -> PolicyInputs:
        """What the settings ask of the policies."""
        acceptable = ANY_POLICIES.acceptable
        flags = set(self.settings.split("; "))
        for flag in flags:
            if flag.startswith("policies "):
                acceptable = frozenset(POLICY + number for number in flag.split()[1:])
        return PolicyInputs(
            acceptable,
            is_required="explicit" in flags,
            is_mapping_inhibited="no mapping" in flags,
            is_any_policy_inhibited="no any policy" in flags,
        )


def cases() -> list[Case]:
    """All rows of the table."""
    with (_TABLES / "pkits.csv").open(encoding="utf-8", newline="") as file:
        return [
            Case(
                row["test"],
                row["settings"],
                row["expected"] == "valid",
                row["decided_by"] == "path",
                row["end_entity"],
                tuple(row["intermediates"].split()),
                tuple(row["crls"].split()),
            )
            for row in csv.DictReader(file)
        ]


def gaps(gate: str, keys: str) -> dict[str, str]:
    """Tests of a gate (``path``, ``revocation``) that are known not to hold, with the reason."""
    rows = tomllib.loads((_TABLES / "pkits-gaps.toml").read_text(encoding="utf-8"))["gap"]
    wanted = [row for row in rows if row["gate"] == gate and keys in row["keys"]]
    return {test: row["reason"] for row in wanted for test in row["tests"]}


def original(name: str) -> bytes:
    """A file as NIST made it."""
    certificate = FOLDER / "certs" / f"{name}.crt"
    return (certificate if certificate.is_file() else FOLDER / "crls" / f"{name}.crl").read_bytes()


def names(place: str) -> list[str]:
    """All names in the folder ``certs`` or ``crls``."""
    return sorted(file.stem for file in (FOLDER / place).iterdir())


@functools.lru_cache(maxsize=1024)
def _certificate(der: bytes) -> Certificate:
    return Certificate.from_der(der)


def judge_path(case: Case, files: Files) -> PathResult | None:
    """Our judgement of the path; None where one of its certificates cannot even be read."""
    try:
        leaf = _certificate(files(case.end_entity))
        pool = [_certificate(files(name)) for name in case.intermediates]
    except EncodingError:
        return None
    trust = TrustStore([_certificate(files(ANCHOR))])
    return validate_path(leaf, trust, certificates=pool, at=AT, policies=case.inputs)


def is_accepted(case: Case, files: Files) -> bool:
    """Whether the path passes and no certificate of it is revoked, or may be."""
    path = judge_path(case, files)
    if path is None or path.outcome != "passed":
        return False
    trust = TrustStore([_certificate(files(ANCHOR))])
    pool = [_certificate(files(name)) for name in case.intermediates]
    materials = Materials(crls=tuple(_lists(case, files)))
    return all(
        check_revocation(item, trust, materials=materials, certificates=pool, at=AT).state == "good"
        for item in path.chain[:-1]
    )


def _lists(case: Case, files: Files) -> list[Crl]:
    found = []
    for name in (*case.crls, ANCHOR_CRL):
        try:
            found.append(Crl.from_der(files(name)))
        except EncodingError:
            continue  # a list that cannot be read says nothing
    return found
