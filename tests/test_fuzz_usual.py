"""What tells quickly of most files, given hostile bytes (tests/native/fuzz_usual.c)."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NATIVE = Path(__file__).resolve().parent / "native"
HEADERS = Path(__file__).resolve().parents[1] / "src" / "govseal" / "_usual"
TARGETS = ("der", "doubled", "records", "texts", "tree")
OVERREAD = "AddressSanitizer: heap-buffer-overflow"

pytestmark = pytest.mark.unmeasured  # what runs is C


def built(*settings: object, folder: Path) -> Path:
    make = ["make", "-s", "-C", NATIVE, f"PYTHON={sys.executable}", f"BIN={folder}"]
    program = folder / "fuzz-usual"
    subprocess.run([*make, *map(str, settings), program], check=True)
    return program


def fuzzed(program: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [NATIVE / program, *map(str, words)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def program() -> Path:
    return built(folder=Path("bin"))


@pytest.mark.parametrize("target", TARGETS)
def test_hostile_bytes_are_told_of_truly_or_not_at_all(program: Path, target: str):
    """Some of each kind, or nothing much was looked at."""
    done = fuzzed(program, target, 2000, 1)
    assert done.returncode == 0, done.stderr
    said = re.fullmatch(rf"{target}: 2000 executions, (\d+) told\n", done.stdout)
    assert said
    assert 200 < int(said[1]) < 1800


def test_the_same_seed_gives_the_same_inputs(program: Path):
    first, again, other = (fuzzed(program, "tree", 2000, seed).stdout for seed in (5, 5, 6))
    assert first == again != other


def test_given_files_are_read_first(program: Path, tmp_path: Path):
    file = tmp_path / "OFD.xml"
    file.write_text("<a/>", encoding="utf-8")
    assert fuzzed(program, "tree", 100, 1, file).returncode == 0
    assert fuzzed(program, "tree", 100, 1, tmp_path / "missing").returncode != 0


@pytest.mark.parametrize("words", [("nonsense", 1, 1), ("tree", 1, 0), ("tree", 1)])
def test_what_it_does_not_know_is_refused(program: Path, words: tuple[object, ...]):
    done = fuzzed(program, *words)
    assert done.returncode != 0
    assert "failed: " in done.stderr


#: A check of each header that is taken out, and what is then said.
PLANTED = [
    ("der", "end - at < 2", "end - at < 1", OVERREAD),
    ("doubled", "*at < size && !is_space", "!is_space", OVERREAD),
    ("records", "start == end->directory", "1", "failed: start == end.directory"),
    ("texts", "left > 1 ? place[1] : 0", "place[1]", OVERREAD),
    ("tree", "name->size = reader->at - start;", "name->size = 1;", "failed: "),
]


@pytest.mark.slow
@pytest.mark.parametrize(("target", "check", "instead", "said"), PLANTED)
def test_a_check_that_is_missing_is_found(
    target: str, check: str, instead: str, said: str, tmp_path: Path
):
    bent = tmp_path / "usual"
    shutil.copytree(HEADERS, bent)
    header = bent / f"{target}.h"
    text = header.read_text(encoding="utf-8")
    assert check in text
    header.write_text(text.replace(check, instead), encoding="utf-8")
    done = fuzzed(built(f"USUAL={bent}", folder=tmp_path), target, 20000, 1)
    assert done.returncode != 0
    assert said in done.stderr
