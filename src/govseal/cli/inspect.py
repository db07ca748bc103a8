"""``govseal inspect``: everything found in a file, nothing judged."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from govseal import facade
from govseal.cli import problems
from govseal.cli.arguments import Parser
from govseal.cli.facts import (
    Facts,
    certificate_facts,
    lines,
    problem_facts,
    seal_facts,
    stamp_facts,
)
from govseal.formats.base import Evidence, SignatureEvidence
from govseal.formats.cms import SignedData


def add_arguments(parser: Parser) -> None:
    """The options of ``govseal inspect``."""
    parser.input(
        "file",
        zh="OFD、印章（.esl）或签章（.ses）",
        en="OFD, seal (.esl) or stamp (.ses)",
        metavar="FILE",
        type=Path,
    )
    parser.add_common()


def run(options: argparse.Namespace) -> int:
    """Show the evidence."""
    facts = evidence_facts(facade.inspect(options.file), options.file.name)
    if options.json:
        problems.print_json({"schema": "govseal.inspection/1", **facts})
    else:
        print("\n".join(lines(facts)))
    return 0


def evidence_facts(evidence: Evidence, file: str) -> Facts:
    """Everything found, as plain data."""
    return {
        "file": file,
        "format": evidence.format,
        "pages": evidence.pages,
        "problem": problem_facts(evidence.problem) if evidence.problem else None,
        "seal": seal_facts(evidence.seal) if evidence.seal else None,
        "signatures": [_signature(item) for item in evidence.signatures],
        "tolerances": [asdict(item) for item in evidence.tolerances],
        "parts": [asdict(part) for part in evidence.parts],
    }


def _signature(evidence: SignatureEvidence) -> Facts:
    facts: Facts = {
        "id": evidence.id,
        "kind": evidence.kind.value,
        "location": evidence.location,
        "problem": problem_facts(evidence.problem) if evidence.problem else None,
        "provider": evidence.provider,
        "written_time": evidence.written_time,
        "digest_algorithm": evidence.digest_algorithm,
        "coverage": evidence.coverage.extent.value,
        "protected": [
            {
                "name": part.name,
                "presence": part.presence.value,
                "expected": part.expected.hex(),
                "actual": part.actual.hex() if part.actual is not None else None,
            }
            for part in evidence.parts
        ],
        "unprotected": [asdict(part) for part in evidence.coverage.unprotected],
        "appearances": [asdict(item) for item in evidence.appearances],
        "tolerances": [asdict(item) for item in evidence.tolerances],
    }
    if evidence.stamp is not None:
        facts["stamp"] = stamp_facts(evidence.stamp)
    if evidence.signed_data is not None:
        facts["signed_data"] = _signed_data(evidence.signed_data)
    return facts


def _signed_data(data: SignedData) -> Facts:
    signer, certificate = data.signer, data.signer_certificate
    return {
        "digest_algorithm": signer.digest_algorithm,
        "algorithm": signer.algorithm,
        "data_digest": signer.message_digest.hex(),
        "signer": certificate_facts(certificate) if certificate is not None else None,
        "certificates": [certificate_facts(der) for der in data.certificates],
    }
