"""The checks: pure functions from a subject to a finding, one for each clause.

:data:`CHECKS` names them in the order in which a report lists them, which is the contract's; the
standards' own order of steps (GM/T 0031-2014, 6.2.3; GB/T 38540-2020, 7.3) gives the same results.
``coverage`` is run last, because it asks which of the other signatures are sound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from govseal.verification.checks import (
    binding,
    delegation,
    document,
    mathematics,
    trust,
    validity,
)
from govseal.verification.checks.finding import Finding
from govseal.verification.collect import Subject


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check: its name, its function, and the clause for each standard."""

    name: str
    run: Callable[[Subject], Finding]
    clause: str
    """GB/T 38540-2020 and GM/T 0031-2025, or the document's own standard."""
    clause_2014: str
    """GM/T 0031-2014; empty where that standard is silent."""
    of_seal: bool = False
    """Whether it is run for a bare seal."""


# 行政审批“2号章”使用管理规范（试行）, Ganzhou 2023; of other places the agreement alone says it.
_DELEGATED: Final = "赣州“2号章”规范, 2.3"

CHECKS: Final = (
    CheckRow("container", document.container, "GB/T 33190-2016, 7", "GB/T 33190-2016, 7", True),  # noqa: FBT003 - a row
    CheckRow(
        "data_digest",
        document.data_digest,
        "GB/T 38540-2020, 7.3 g",
        "GM/T 0031-2014, 6.2.3 e",
    ),
    CheckRow(
        "property_info", document.property_info, "GB/T 38540-2020, 7.2", "GM/T 0031-2014, 6.2.2"
    ),
    CheckRow(
        "signature_value",
        mathematics.signature_value,
        "GB/T 38540-2020, 7.3 b",
        "GM/T 0031-2014, 6.2.3 b",
    ),
    CheckRow(
        "seal_signature",
        mathematics.seal_signature,
        "GB/T 38540-2020, 6.3 b",
        "GM/T 0031-2014, 6.1.2 b",
        True,  # noqa: FBT003 - a row
    ),
    CheckRow(
        "seal_embedded_copy",
        mathematics.seal_embedded_copy,
        "GB/T 33190-2016, 18.2.1",
        "GB/T 33190-2016, 18.2.1",
    ),
    CheckRow(
        "signer_listed",
        mathematics.signer_listed,
        "GB/T 38540-2020, 7.3 c",
        "GM/T 0031-2014, 6.2.2 c",
    ),
    CheckRow(
        "seal_validity",
        validity.seal_validity,
        "GB/T 38540-2020, 7.3 f",
        "GM/T 0031-2014, 6.2.3 f",
        True,  # noqa: FBT003 - a row
    ),
    CheckRow(
        "maker_chain",
        trust.maker_chain,
        "GB/T 38540-2020, 6.3 c",
        "GM/T 0031-2014, 6.1.2 c",
        True,  # noqa: FBT003 - a row
    ),
    CheckRow(
        "signer_chain",
        trust.signer_chain,
        "GB/T 38540-2020, 7.3 e",
        "GM/T 0031-2014, 6.2.3 c",
    ),
    CheckRow(
        "signer_key_usage",
        trust.signer_key_usage,
        "GB/T 38540-2020, 7.3 e",
        "GM/T 0031-2014, 6.2.3 c",
    ),
    CheckRow(
        "signer_revocation",
        trust.signer_revocation,
        "GB/T 38540-2020, 7.3 e",
        "GM/T 0031-2014, 6.2.3 d",
    ),
    CheckRow(
        "maker_revocation",
        trust.maker_revocation,
        "GB/T 38540-2020, 6.3 c",
        "GM/T 0031-2014, 6.1.2 c",
        True,  # noqa: FBT003 - a row
    ),
    CheckRow(
        "signing_time",
        validity.signing_time,
        "GB/T 38540-2020, 7.3 f",
        "GM/T 0031-2014, 6.2.3 d",
    ),
    CheckRow(
        "timestamp",
        validity.timestamp,
        "GB/T 38540-2020, 7.3 f",
        "",
        True,  # noqa: FBT003 - a row
    ),
    CheckRow("seal_status", validity.seal_status, "", "", True),  # noqa: FBT003 - a row
    CheckRow("seal_scope", delegation.seal_scope, _DELEGATED, _DELEGATED),
    CheckRow(
        "algorithms",
        mathematics.algorithms,
        "GB/T 38540-2020, 7.3 b",
        "GM/T 0031-2014, 6.2.3 b",
        True,  # noqa: FBT003 - a row
    ),
    # Its clause is that of the rule which decides.
    CheckRow("seal_binding", binding.seal_binding, "", "", True),  # noqa: FBT003 - a row
)
