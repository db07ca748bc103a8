"""Reads the core's own C into syntax trees; a planted mistake is an edit of that text."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from pycparser import c_ast, c_parser

CORE = Path(__file__).resolve().parents[2] / "src" / "govseal" / "sm2" / "_core"

# In place of the system's headers: the few names that the core takes from them.
PRELUDE = """
typedef unsigned char uint8_t; typedef unsigned short uint16_t; typedef unsigned int uint32_t;
typedef unsigned long uint64_t; typedef unsigned long uintptr_t; typedef unsigned long size_t;
typedef signed char int8_t; typedef short int16_t; typedef int int32_t; typedef long int64_t;
typedef long ssize_t; typedef long __m128i; typedef long __m256i; typedef long __m512i;
typedef unsigned char __mmask8; typedef unsigned short __mmask16; typedef unsigned int __mmask32;
typedef unsigned long __mmask64; typedef int pthread_once_t; typedef long pthread_t;
"""
DEFINES = {
    "__attribute__(x)": "",
    "__extension__": "",
    "__inline": "inline",
    "__builtin_expect(x, y)": "x",
    "__x86_64__": "1",  # the lanes are read wherever the tests run
    "__int128": "long long",  # the names u128 and i128 say the width
    "UINT64_C(x)": "x##UL",
    "INT64_C(x)": "x##L",
    "UINT32_C(x)": "x##U",
    "UINT64_MAX": "0xffffffffffffffffUL",
    "UINT32_MAX": "0xffffffffU",
    "INT64_MAX": "0x7fffffffffffffffL",
    "NULL": "0",
}


class ProofError(AssertionError):
    """The code is not what the model can follow, or does not do what is claimed."""


@dataclass
class Program:
    """One compilation unit."""

    functions: dict[str, c_ast.FuncDef] = field(default_factory=dict)
    globals: dict[str, c_ast.Decl] = field(default_factory=dict)
    typedefs: dict[str, c_ast.Node] = field(default_factory=dict)


def preprocess(folder: Path, entries: tuple[str, ...]) -> str:
    """The text that the compiler would see, without compiler extensions."""
    with tempfile.TemporaryDirectory() as empty:
        for path in folder.glob("*.h"):
            for name in re.findall(r"#\s*include\s*<([^>]+)>", path.read_text(encoding="utf-8")):
                target = Path(empty, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.touch()
        defines = [f"-D{name}={value}" for name, value in DEFINES.items()]
        done = subprocess.run(
            [
                "cc",
                "-E",
                "-P",
                "-nostdinc",
                "-w",
                f"-I{empty}",
                f"-I{folder}",
                *defines,
                "-xc",
                "-",
            ],
            input="".join(f'#include "{entry}"\n' for entry in entries),
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
    if done.returncode != 0:
        raise ProofError(done.stderr)
    text = re.sub(r"^#.*$", "", done.stdout, flags=re.MULTILINE)
    return re.sub(r"__asm__\s*(volatile)?\s*\((?:[^()]|\([^()]*\))*\)\s*;", ";", text)


def read(*entries: str, edits: dict[str, tuple[str, str]] | None = None) -> Program:
    """The functions, globals and types of these files and all that they include.

    ``edits`` plants mistakes: for the name of a file, a text that occurs there, and another.
    """
    with tempfile.TemporaryDirectory() as copy:
        folder = Path(copy, "core")
        shutil.copytree(CORE, folder)
        for name, (old, new) in (edits or {}).items():
            text = (folder / name).read_text(encoding="utf-8")
            if text.count(old) < 1:
                raise ProofError(f"{name} does not hold {old!r}")
            (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
        text = PRELUDE + preprocess(folder, entries)
    program = Program()
    for node in c_parser.CParser().parse(text).ext:
        if isinstance(node, c_ast.FuncDef):
            program.functions[node.decl.name] = node
        elif isinstance(node, c_ast.Typedef):
            program.typedefs[node.name] = node.type
        elif isinstance(node, c_ast.Decl) and node.init is not None:
            program.globals[node.name] = node
    return program
