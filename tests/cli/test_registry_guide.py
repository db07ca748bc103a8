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
FLAGS = re.MULTILINE | re.DOTALL
BLOCK = re.compile(r"^```console\n(.*?)^```$", FLAGS)


def commands(page):
    """The lines of a page's blocks, from the founding on; the year is this one."""
    text = (DOCS / page).read_text(encoding="utf-8")
    start = text.rindex("```console", 0, text.index("govseal registry init"))
    blocks = [found for found in BLOCK.findall(text[start:]) if "govseal registry" in found]
    year = datetime.now(UTC).astimezone().year
    joined = "\n".join(blocks).replace("\\\n", " ").replace("2026-0", f"{year}-0")
    return [line for line in joined.splitlines() if line.strip()]


@pytest.mark.slow
@pytest.mark.parametrize("page", ["registry.md", "guide.zh-CN.md"])
def test_commands_of_the_guide(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = re.search(
        r'^```toml\n(extends = "national.*?)^```$', (DOCS / page).read_text("utf-8"), FLAGS
    )
    (tmp_path / "exercise.toml").write_text(own[1])
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
