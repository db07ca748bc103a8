"""Where nothing is compiled nothing is told, and everything is read all the same."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from contextlib import suppress

import pytest

import ofd_builder as build
from govseal import _usual, usual

START = b'<?xml version="1.0" encoding="UTF-8"?>'
#: What each function tells of something of the usual form.
CALLS = {
    "der": ((b"\5\0", 0, 0, 0, 0, 20_000), 2),
    "doubled": ((START + b"<a><b/><b/></a>", len(START)), [(b"a", b"b")]),
    "elements": (
        (b"\5\0\4\1x", 0, 5, tuple),
        ((b"\5\0\4\1x", 5, 0, 2, 2), (b"\5\0\4\1x", 4, 2, 4, 5)),
    ),
    "long_location": ((b"x" * 20 + b"/", b"", 16), True),
    "records": ((build.pack({}), *[1 << 40] * 6), (0, 0, 0, [])),
    "texts": ((START + b"<a>x</a>", len(START), (b"text",)), b"x"),
    "tree": ((START + b"<a/>", len(START), 100, tuple), ("a", "", {}, "", (), "")),
}
BLOCKED = "import sys\nsys.modules['govseal._usual'] = None\n"


def run(program: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", program],
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_the_tests_run_on_what_is_compiled():
    assert set(CALLS) == set(usual.__all__)
    for name in usual.__all__:
        assert getattr(usual, name) is getattr(_usual, name)


@pytest.mark.parametrize(("name", "call"), CALLS.items())
def test_what_is_compiled_tells(name, call):
    arguments, answer = call
    told = getattr(usual, name)(*arguments)
    assert (tuple(told) if name == "tree" else told) == answer


def test_where_it_cannot_be_imported_nothing_is_told():
    calls = [f"print(usual.{name}{_written(call)})" for name, (call, _) in CALLS.items()]
    result = run("\n".join([BLOCKED, "from govseal import usual", *calls]), "-W", "error")
    assert (result.stdout.split(), result.stderr) == (["None"] * len(CALLS), "")


def _written(arguments: tuple[object, ...]) -> str:
    return f"({', '.join('tuple' if one is tuple else repr(one) for one in arguments)})"


def test_another_fault_of_the_compiled_module_is_not_hidden():
    """Only that it is absent is nothing to speak of."""
    result = run(
        "import sys, importlib.abc\n"
        "class Broken(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'govseal._usual': raise RuntimeError('broken')\n"
        "sys.meta_path.insert(0, Broken())\n"
        "import govseal.usual\n"
    )
    assert "RuntimeError: broken" in result.stderr


def test_a_document_is_verified_where_nothing_is_compiled(tmp_path):
    """The report is the same, to the letter; and readable code wrote it."""
    path = tmp_path / "stamped.ofd"
    path.write_bytes(build.stamped(count=2))
    program = (
        "import govseal\n"
        "from datetime import UTC, datetime\n"
        "from govseal import usual\n"
        "from govseal.pki.trust import TrustStore\n"
        "at = datetime(2026, 6, 2, tzinfo=UTC)\n"
        f"report = govseal.verify({str(path)!r}, TrustStore(()), at=at)\n"
        "print(usual.tree.__name__, report.to_json())\n"
    )
    compiled, readable = run(program), run(BLOCKED + program)
    assert (compiled.stderr, readable.stderr) == ("", "")
    name, _, report = compiled.stdout.partition(" ")
    assert readable.stdout.partition(" ") == ("_not_told", " ", report)
    assert name == "tree"
    assert '"signatures"' in report


@pytest.mark.parametrize("name", usual.__all__)
def test_wrong_arguments_are_an_error(name):
    with pytest.raises(TypeError):
        getattr(usual, name)()
    with pytest.raises(TypeError):
        getattr(usual, name)(*["text"] * len(CALLS[name][0]))


def test_what_is_declared_is_there():
    """The names of the module, and nothing else."""
    names = {name for name in dir(_usual) if not name.startswith("_")}
    assert names == set(usual.__all__)
    assert all(inspect.isbuiltin(getattr(_usual, name)) for name in names)


NOT_TOLD = {
    "der": (b"\2\0", 0, 0, 0, 0, 20_000),
    "doubled": (START + b"<a><!-- --></a>", len(START)),
    "elements": (b"\5\0\4\2x", 0, 5, tuple),
    "long_location": (b"x" * 20, b"", 16),
    "records": (build.pack([build.Member("a", raw_name=b"\xff")]), *[1 << 40] * 6),
    "texts": (START + b"<a>text</a>", len(START), (b"text",)),
    "tree": (START + b"<a k='v'>\xff<b k='\xff'/>\xff<c>\xff</c></a>", len(START), 100, tuple),
}


class Row(tuple):
    __slots__ = ()


WRONG = {
    "elements": (b"\5\0", 0, 2, dict),
    "texts": (START + b"<a>x</a>", len(START), (b"text", "text")),
    "tree": (START + b"<a/>", len(START), 100, dict),
}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [*((name, call) for name, (call, _) in CALLS.items()), *NOT_TOLD.items(), *WRONG.items()],
)
def test_nothing_is_kept(name, arguments):
    """What was made is gone with whoever asked: after many calls there is no more than before."""
    # Of plain tuples Python keeps some for the next.
    arguments = [Row if one is tuple else one for one in arguments]

    def call() -> None:
        with suppress(TypeError):
            getattr(usual, name)(*arguments)

    for _ in range(100):
        call()
    before = sys.getallocatedblocks()
    for _ in range(1000):
        call()
    assert sys.getallocatedblocks() - before < 100


def test_a_tree_is_gone_with_its_root():
    inside = "".join(f"<n{number} k='{number}'>{number}</n{number}>" for number in range(100))
    data = START + f"<a>{inside}</a>".encode()
    for _ in range(10):
        usual.tree(data, len(START), 100, Row)
    before = sys.getallocatedblocks()
    for _ in range(100):
        assert usual.tree(data, len(START), 100, Row)[4][99][3] == "99"
    assert sys.getallocatedblocks() - before < 100
