"""Writes the pages of docs/ that are made from the code; with --check, compares them instead."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

from govseal.verification.checks import CHECKS, document
from govseal.verification.reasons import REASONS
from govseal.verification.verifier import _COVERAGE_CLAUSE

DOCS = Path(__file__).resolve().parents[1] / "docs"


def checks_page() -> str:
    """One row per check: name, what it asks, clauses."""
    rows = [(r.name, inspect.getdoc(r.run), r.clause, r.clause_2014, r.of_seal) for r in CHECKS]
    asks = inspect.getdoc(document.coverage)
    rows.insert(1, ("coverage", asks, _COVERAGE_CLAUSE, _COVERAGE_CLAUSE, False))
    lines = [
        "# 检查项 · Checks",
        "",
        "Written by `make docs` from `govseal.verification.checks`. A report lists these checks in",
        "this order; those marked ● also judge a bare seal (.esl). A GB/T 35275 signature names",
        "GB/T 35275-2017 instead; one in a PDF carries those of PAdES or CMS (standards.md).",
        "",
        "| Check | Asks | Clause | GM/T 0031-2014 | Seal |",
        "|---|---|---|---|---|",
    ]
    for name, docstring, clause, clause_2014, of_seal in rows:
        asks = " ".join((docstring or "").split("\n\n")[0].split())
        mark = "●" if of_seal else ""
        lines.append(f"| `{name}` | {asks} | {clause or '–'} | {clause_2014 or '–'} | {mark} |")
    return "\n".join(lines) + "\n"


def reasons_page() -> str:
    """One row per reason: code, both sentences, what can be done."""
    lines = [
        "# 原因代码 · Reasons",
        "",
        "Written by `make docs` from `govseal.verification.reasons`. A code keeps its meaning once",
        "published. Codes `quirk_…` are notices: forms outside the standard that were read all the",
        "same and lower nothing, unless the policy says `strict = true`.",
        "",
        "| Code | 中文 | English |",
        "|---|---|---|",
    ]
    for reason in REASONS.values():
        zh = f"{reason.zh}。{reason.hint_zh}" if reason.hint_zh else reason.zh
        en = f"{reason.en}; {reason.hint_en}" if reason.hint_en else reason.en
        lines.append(f"| `{reason.code}` | {zh} | {en} |")
    return "\n".join(lines) + "\n"


PAGES = {"checks.md": checks_page, "reasons.md": reasons_page}


def main() -> int:
    """Write the pages, or name those that are not as the code says."""
    if "--check" not in sys.argv[1:]:
        for name, make in PAGES.items():
            (DOCS / name).write_text(make(), encoding="utf-8")
        return 0
    stale = []
    for name, make in PAGES.items():
        page = DOCS / name
        if not page.exists() or page.read_text(encoding="utf-8") != make():
            stale.append(name)
    if stale:
        print(f"not as the code says: {', '.join(stale)}; run make docs", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
