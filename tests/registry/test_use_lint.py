"""No path in the registry makes a stamp but the desk (JC9-09)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import govseal.registry

ROOT = Path(govseal.registry.__file__).parent
DESK = ROOT / "use" / "desk.py"
MODULES = ("govseal.stamping", "govseal.facade_signing", "govseal.seal.sign")
NAMES = {"stamp", "stamp_detached", "stamp_many", "prepare_stamp", "sign", "load_key"}
PLACES = {"govseal", "govseal.facade", "govseal.registry.seals.vault"}


def stamps(source: str) -> list[str]:
    """What in a module could make a stamp: imports of it, and calls through the façade."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.startswith(MODULES):
                found.append(module)
            elif module in PLACES:
                found += [alias.name for alias in node.names if alias.name in NAMES]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.startswith(MODULES)]
        elif isinstance(node, ast.Attribute) and node.attr in NAMES:
            place = node.value.id if isinstance(node.value, ast.Name) else ""
            if place in {"facade", "govseal", "vault"}:
                found.append(f"{place}.{node.attr}")
    return found


@pytest.mark.req("R-JC9-09")
def test_only_the_desk_makes_stamps():
    elsewhere = {
        path.relative_to(ROOT).as_posix(): found
        for path in ROOT.rglob("*.py")
        if path != DESK and (found := stamps(path.read_text(encoding="utf-8")))
    }
    assert not elsewhere
    assert {"facade.stamp", "facade.stamp_detached", "load_key"} <= set(stamps(DESK.read_text()))


@pytest.mark.parametrize(
    "line",
    [
        "from govseal.stamping.stamp import stamp_document",
        "import govseal.facade_signing",
        "from govseal.facade import stamp",
        "from govseal import stamp_many",
        "facade.prepare_stamp(data)",
        "from govseal.registry.seals.vault import load_key",
    ],
)
def test_the_rule_sees_what_it_is_about(line):
    assert stamps(line)
