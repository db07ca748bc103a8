"""The pages: their code runs, their links lead somewhere, the generated ones are up to date."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from govseal.cli import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(kind: str, code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one block as a reader would who has installed the package, without a terminal."""
    words = [sys.executable, "-c", code] if kind == "python" else ["sh", "-eu", "-c", code]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONUTF8": "1", "LANG": "zh_CN.UTF-8"}
    return subprocess.run(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def blocks(page: Path) -> list[tuple[str, str]]:
    return [(match[1], match[2]) for match in BLOCK.finditer(page.read_text(encoding="utf-8"))]


# The Chinese README shows the code of the English one: a test below says so.
RUN = [page for page in PAGES if blocks(page) and page.name != "README.zh-CN.md"]


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=name)
def test_code_of_a_page_runs(page: Path, tmp_path: Path):
    for kind, code in blocks(page):
        done = run(kind, code, tmp_path)
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=name)
def test_an_example_runs(example: Path, tmp_path: Path):
    done = subprocess.run(
        [sys.executable, example],
        cwd=tmp_path,
        env={**os.environ, "PYTHONUTF8": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path):
    targets = [target.split("#")[0] for target in LINK.findall(page.read_text(encoding="utf-8"))]
    inside = [target for target in targets if target and "://" not in target]
    assert not [target for target in inside if not (page.parent / target).exists()]


def test_generated_pages_are_as_the_code_says():
    command = [sys.executable, ROOT / "tools" / "docs.py", "--check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_every_command_is_told(page: str):
    text = (ROOT / page).read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `govseal ([a-z ]+)` \|", text, re.MULTILINE))
    assert told == set(COMMANDS)


def test_both_readmes_show_the_same_code():
    english, chinese = (
        [re.sub(r"#.*", "", code).split() for _, code in blocks(ROOT / page)]
        for page in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese
