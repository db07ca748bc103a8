"""How the tree is laid out: short files, short functions, and nothing of anybody's own machine."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAX_FILE = 500
MAX_FUNCTION = 60
PLACES = ("src", "server", "tests", "tools", "examples", "benchmarks", "docs", ".ci")
CODE = {".py", ".pyi", ".c", ".h", ".java", ".sh"}
TEXT = CODE | {".md", ".toml", ".csv", ".xml", ".txt", ".json", ""}
BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
ATTIC = {".coverage", ".git"}  # in a linked working tree .git is a file
MADE = {"__pycache__", "target", "bin", "build"}


@functools.cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def files(suffixes: set[str]) -> list[Path]:
    """The files of the project with these suffixes, without what a build made."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.name not in ATTIC]
    for place in PLACES:
        found += [path for path in (ROOT / place).rglob("*") if path.is_file()]
    return sorted(
        path
        for path in found
        if path.suffix in suffixes and not MADE & set(path.relative_to(ROOT).parts)
    )


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def python_functions(source: str) -> Iterator[tuple[str, int]]:
    """Name and number of lines of each function."""
    found: list[ast.AST] = [ast.parse(source)]
    for node in found:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1
        # No function is defined inside an expression.
        found += [item for item in ast.iter_child_nodes(node) if isinstance(item, BLOCKS)]


def brace_functions(source: str) -> Iterator[tuple[str, int]]:
    """The same for C: a definition starts and ends in the first column."""
    head, begin = "", 0
    for number, line in enumerate(source.splitlines(), 1):
        if re.match(r"[A-Za-z_][^;=]*\(", line):
            head, begin = line, number
        elif head and line.startswith("}"):
            yield head, number - begin + 1
            head = ""
        elif head and line and not line[0].isspace() and line[0] not in "{)":
            head = ""


def test_files_are_short():
    long = {name(path): count for path in files(CODE) if (count := lines(path)) > MAX_FILE}
    assert not long


def lines(path: Path) -> int:
    return len(text(path).splitlines())


def test_python_functions_are_short():
    long = [
        f"{name(path)}: {function}: {count}"
        for path in files({".py"})
        for function, count in python_functions(text(path))
        if count > MAX_FUNCTION
    ]
    assert not long


def test_the_measure_of_python_sees_functions_wherever_they_are():
    source = """
class Thing:
    try:
        def first(self):
            return 1
    except OSError:
        async def second(self):
            def third(): pass
match 1:
    case 1:
        if x:
            pass
        else:
            with y:
                def fourth():
                    return (
                        4)
"""
    expected = {("first", 2), ("second", 2), ("third", 1), ("fourth", 3)}
    assert set(python_functions(source)) == expected


def test_c_functions_are_short():
    long = [
        f"{name(path)}: {function}: {count}"
        for path in files({".c", ".h"})
        for function, count in brace_functions(text(path))
        if count > MAX_FUNCTION
    ]
    assert not long


def test_the_measure_of_c_sees_a_long_function():
    body = "    x += 1;\n" * 70
    source = f"int a;\n\nstatic int add(int x,\n               int y)\n{{\n{body}}}\n"
    assert list(brace_functions(source)) == [("static int add(int x,", 74)]


def test_what_is_left_to_do_says_why():
    bare = [
        f"{name(path)}:{number}"
        for path in files(CODE)
        if path != Path(__file__)
        for number, line in enumerate(text(path).splitlines(), 1)
        if re.search(r"\b(?:TODO|FIXME|XXX)\b", line) and not re.search(r"TODO: \S+ \S+ \S+", line)
    ]
    assert not bare


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a path of somebody's machine", r"(?<![\w./-])/(?:home|root|work|Users)/\w"),
        ("a package registry", r"\b(?:pypi\.org|pythonhosted\.org|repo1?\.maven\.(?:org|apache))"),
        ("a mirror of one", r"\b(?:mirrors?\.[a-z]+\.(?:com|cn|org|edu)|maven\.aliyun)"),
    ],
)
def test_nothing_names(what: str, pattern: str):
    found = [
        f"{name(path)}:{number}"
        for path in files(TEXT)
        if path != Path(__file__)
        for number, line in enumerate(text(path).splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, what


def test_every_package_says_so():
    folders = {
        path.parent
        for path in files({".py"})
        if {"src", "server"} & {path.relative_to(ROOT).parts[0]}
    }
    assert not [name(folder) for folder in folders if not (folder / "__init__.py").is_file()]


def test_no_test_module_hides_another():
    """Modules directly in tests/ are importable: their names must not be those of packages."""
    taken = {path.stem for path in (ROOT / "tests").glob("*.py")}
    assert not taken & {"govseal", "hypothesis", "pytest", "typing", "types", "json", "csv"}
