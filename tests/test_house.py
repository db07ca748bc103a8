"""The house: what starting up costs, what the package says of itself, and the words of make."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

import govseal
import skiplist
from govseal import _usual
from govseal.formats.ofd.compose import compose_document
from govseal.seal.picture import load_picture
from govseal.sm2 import _core
from govseal.testing import Hierarchy

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOOLS = ("packages", "environment", "core", "serve", "wheel", "foreign-python")
COMPILED = {"_core": _core, "_usual": _usual}
HEAVY = {"asn1crypto", "cryptography", "fontTools", "lxml", "PIL"}


def modules_after(code: str, *arguments: object) -> set[str]:
    """The modules that a new interpreter has loaded after running some code."""
    code = f"import sys\n{code}\nprint('loaded', *sys.modules)"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("loaded ")[2].split())


def roots(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


# ------------------------------------------------------------------------------------ starting up


def test_importing_costs_no_more_than_an_interpreter():
    extra = modules_after("import govseal") - modules_after("pass")
    assert extra == {"govseal"} | ({"__future__"} & extra)


def test_an_error_class_costs_no_parser():
    assert not roots(modules_after("from govseal import GovsealError")) & HEAVY


@pytest.fixture(scope="module")
def stamped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a stamped OFD of one page, its roots and lists."""
    folder = tmp_path_factory.mktemp("stamped")
    now = datetime.now(UTC)
    hierarchy = Hierarchy.create("sm2", at=now)
    hierarchy.write(folder)
    image = io.BytesIO()
    Image.new("RGBA", (84, 84), "red").save(image, "png")
    seal = govseal.make_seal(
        hierarchy.maker,
        name="测试市行政审批服务管理局行政审批专用章",
        picture=load_picture(image.getvalue(), 42, 42),
        signers=[hierarchy.signer.certificate],
    )
    document = compose_document([["示例"]], title="示例")
    place = govseal.Placement(page=1, x_mm=120, y_mm=210)
    (folder / "stamped.ofd").write_bytes(govseal.stamp(document, seal, hierarchy.signer, place))
    return folder


@pytest.mark.parametrize("options", [(), ("--json",), ("--verbose",)])
def test_verifying_an_ofd_loads_what_it_needs(stamped: Path, options: tuple[str, ...]):
    words = ["verify", stamped / "stamped.ofd", "--trust", stamped / "roots.pem", "--crl", stamped]
    code = "from govseal.cli import main; assert main(sys.argv[1:]) == 0"
    modules = modules_after(code, *words, *options)
    loaded = roots(modules)
    assert loaded & HEAVY == {"lxml"}
    assert "govseal.seal.binding" not in modules, "no profile was asked for"
    assert not loaded & {"asyncio", "http", "multiprocessing", "socket", "ssl", "sqlite3", "rich"}


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="no attribute 'Bureau'"):
        _ = govseal.Bureau


@pytest.mark.parametrize("name", govseal.__all__)
def test_public_names_are_there(name: str):
    assert getattr(govseal, name) is not None
    assert name in dir(govseal)


# ---------------------------------------------------------------------------------------- metadata


def test_the_package_has_one_version():
    assert PROJECT["project"]["version"] == govseal.__version__
    assert f"[{govseal.__version__}]" in read("CHANGELOG.md") or "[Unreleased]" in read(
        "CHANGELOG.md"
    )


def test_the_licence_is_the_one_it_names():
    assert PROJECT["project"]["license"] == "Apache-2.0"
    text = read("LICENSE")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert "APPENDIX: How to apply the Apache License to your work." in text


def test_changes_of_verdict_have_a_heading():
    """A file that passed yesterday and does not today must be listed."""
    assert "### Verification behaviour changed" in read("CHANGELOG.md")


def test_every_floor_has_its_rule():
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    floors = next(c for c in contracts if c["type"] == "layers")["layers"]
    named = {name.strip() for floor in floors for name in floor.split("|")}
    inside = {
        f"govseal.{path.stem}"
        for path in (ROOT / "src/govseal").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert inside - {"govseal.__init__", "govseal.__main__"} == named


def test_what_is_kept_in_one_place_has_its_rule():
    forbidden = [
        c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "forbidden"
    ]
    assert {"asn1crypto", "cryptography", "gmssl", "lxml", "socket"} <= {
        m for c in forbidden for m in c["forbidden_modules"]
    }


# --------------------------------------------------------------------------------- what it asks for


def read_elf(name: str, *options: str) -> str:
    command = ["readelf", "-W", *options, str(COMPILED[name].__file__)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="ELF is for Linux; not installed elsewhere")
@pytest.mark.parametrize("name", COMPILED)
def test_what_is_compiled_runs_on_old_systems(name: str):
    """`make wheel` names its wheels for glibc 2.28: nothing may ask for more, or for threads."""
    libraries = set(re.findall(r"\(NEEDED\).*\[(.*)\]", read_elf(name, "-d")))
    assert {name for name in libraries if not name.startswith("ld-linux")} == {"libc.so.6"}
    versions = re.findall(r"GLIBC_([0-9.]+)", read_elf(name, "-V"))
    assert max(tuple(map(int, version.split("."))) for version in versions) <= (2, 28)


@pytest.mark.skipif(sys.platform != "linux", reason="ELF is for Linux; not installed elsewhere")
@pytest.mark.parametrize("name", COMPILED)
def test_what_is_compiled_exports_its_entry_alone(name: str):
    listed = read_elf(name, "--dyn-syms").splitlines()
    symbols = [line.split() for line in listed if "GLOBAL" in line]
    assert [words[7] for words in symbols if words[6] != "UND"] == [f"PyInit_{name}"]


# -------------------------------------------------------------------------------------------- words


def test_make_knows_its_words():
    targets = set(re.findall(r"^([a-z0-9-]+):", read("Makefile"), re.MULTILINE))
    everyday = (
        "demo serve test check dev fmt lint type native prove bench docs gallery clean "
        "requirements help"
    )
    assert set(everyday.split()) <= targets


def test_the_build_machine_runs_make_test():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "script",
    [*(f"tools/{tool}" for tool in TOOLS), ".ci/run"],
)
def test_scripts_are_sound(script: str):
    shell = "bash" if script == ".ci/run" else "sh"
    done = subprocess.run([shell, "-n", ROOT / script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert os.access(ROOT / script, os.X_OK)


def test_an_unknown_word_is_refused():
    command = [ROOT / "tools" / "packages", "nonsense"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    assert done.returncode == 1
    assert done.stderr == "govseal: error: tools/packages knows no nonsense\n"


@dataclass(frozen=True)
class Machine:
    """A system without any package, where apt-get is a script of ours."""

    programs: Path

    def install(self, name: str, script: str) -> None:
        program = self.programs / name
        program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        program.chmod(0o755)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["/bin/sh", ROOT / "tools" / "packages", *words],
            env={"PATH": str(self.programs), "HERE": str(self.programs)},
            capture_output=True,
            encoding="utf-8",
            check=False,
            cwd=self.programs,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    for name in ("mktemp", "tail", "rm", "chmod", "touch"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    machine = Machine(tmp_path)
    machine.install("id", "echo 1000")
    machine.install("apt-get", "exit 100")
    machine.install("mkdir", "exit 0")  # tests make no folders outside their own
    return machine


def test_a_user_is_told_what_is_missing_in_one_line(machine: Machine):
    done = machine.run("native", "openssl")
    assert done.returncode == 1
    assert done.stderr == (
        "govseal: error: these packages are missing: valgrind openssl "
        "(sudo apt-get install valgrind openssl)\n"
    )


def test_a_user_goes_on_without_what_is_optional(machine: Machine):
    done = machine.run("interop")
    assert done.returncode == 0
    assert (
        done.stdout == "govseal: note: skipped without these packages: maven default-jdk-headless\n"
    )


def test_what_is_there_is_not_installed(machine: Machine):
    machine.install("valgrind", "exit 0")
    done = machine.run("native")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_root_installs_what_is_missing(machine: Machine):
    machine.install("id", "echo 0")
    machine.install(
        "apt-get", 'echo "$*" >>"$HERE/log"; touch "$HERE/valgrind"; chmod +x "$HERE/valgrind"'
    )
    done = machine.run("native")
    assert done.returncode == 0, done.stderr
    assert (machine.programs / "log").read_text(encoding="utf-8").splitlines() == [
        "update",
        "install -y --no-install-recommends valgrind",
    ]


def test_root_hears_why_apt_failed(machine: Machine):
    machine.install("id", "echo 0")
    machine.install("apt-get", "echo no route to anywhere; exit 100")
    done = machine.run("interop")
    assert done.returncode == 1
    assert done.stderr == (
        "no route to anywhere\n"
        "govseal: error: apt-get could not install maven default-jdk-headless\n"
    )


def test_apt_that_installs_nothing_is_found_out(machine: Machine):
    machine.install("id", "echo 0")
    machine.install("apt-get", "exit 0")
    done = machine.run("native")
    assert done.returncode == 1
    assert "still missing after installing valgrind: valgrind" in done.stderr


# -------------------------------------------------------------------------------------------- skips


def test_a_skip_is_permitted_for_its_own_reason_only():
    permitted = skiplist.load(ROOT / "tests" / "skips.toml")
    interop = "tests/interop/test_ofdrw.py::test_one"
    assert skiplist.is_permitted(interop, "Skipped: maven not installed", permitted)
    assert not skiplist.is_permitted(interop, "Skipped: not today", permitted)
    assert not skiplist.is_permitted("tests/sm2/test_x.py::test_one", "not installed", permitted)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[skip]]\ntests = "tests/*"\nwhen = "x"\n', "reason"),
        ('[[skip]]\ntests = "tests/*"\nwhen = " "\nreason = "y"\n', "tests, when and reason"),
        ('[[skip]]\ntests = "t"\nwhen = "x"\nreason = "y"\nuntil = "z"\n', "until"),
    ],
)
def test_a_skip_needs_its_reason(text: str, why: str, tmp_path: Path):
    (tmp_path / "skips.toml").write_text(text, encoding="utf-8")
    with pytest.raises(pytest.UsageError, match=why):
        skiplist.load(tmp_path / "skips.toml")


def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
