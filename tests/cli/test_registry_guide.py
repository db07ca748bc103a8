"""The guides to the registry: their commands, run one after the other."""

from __future__ import annotations

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

import quickkeys
from registryclerks import run

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(page):
    """The lines of a page's blocks, without those about the installation."""
    text = (DOCS / page).read_text(encoding="utf-8")
    start = text.index("govseal registry init")
    start = text.rindex("```console", 0, start)
    blocks = BLOCK.findall(text[start:])
    year = datetime.now(UTC).astimezone().year
    joined = "\n".join(blocks).replace("\\\n", " ").replace("2026-0", f"{year}-0")
    return [line for line in joined.splitlines() if line.strip() and "pip install" not in line]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["registry.md", "registry.zh-CN.md"])
def test_commands_of_the_guide(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    variables = {}
    for line in commands(page):
        words = [re.sub(r"\$(\w+)", lambda m: variables[m[1]], word) for word in shlex.split(line)]
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            variables[name] = value
            monkeypatch.setenv(name, value)
            continue
        assert words[0] == "govseal", line
        answer = run(*words[1:])
        assert answer.status == 0, (line, answer)
        if words[1:3] == ["pki", "init"]:
            quickkeys.hasten(tmp_path / words[3], "govseal")
    assert {"stamped.ofd", "ledger.xlsx", "restored.db"} <= {p.name for p in tmp_path.iterdir()}
