"""``govseal bench`` measures every row; how fast it is belongs to the benchmarks."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from govseal import sm2
from govseal.testing import speed


def bench(*options: str, backend: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "govseal", "bench", *options],
        env=os.environ | {"GOVSEAL_SM2": backend},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def document():
    done = bench("--rounds", "1", "--json", backend="portable")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_row_has_its_figures(document):
    assert document["schema"] == "govseal.bench/1"
    assert document["backend"] == "portable"
    assert "OpenSSL" in document["baseline"]
    assert {row["key"] for row in document["rows"]} >= set(speed.GOALS)
    assert all(row["ours"] > 0 and row["baseline"] > 0 for row in document["rows"])


def test_short_is_what_misses_its_goal(document):
    for row in document["rows"]:
        assert row["short"] == (row["goal"] is not None and row["ratio"] < row["goal"])


def test_goals_belong_to_a_tier():
    assert speed.goal_of("sign", "ifma") == 3
    assert speed.goal_of("sign", "portable") == 1.5
    assert speed.goal_of("sm3_many_16k", "avx2") == 3.5
    assert speed.goal_of("generate", "ifma") is None
    assert speed.goal_of("sign", "reference") is None


@pytest.mark.slow
def test_the_table_is_chinese_or_english():
    chinese, english = (bench("--rounds", "1", "--lang", lang) for lang in ("zh", "en"))
    assert "首次见到的公钥" in chinese.stdout
    assert sm2.backend() in chinese.stdout
    assert "verify, unknown key" in english.stdout


@pytest.mark.parametrize("rounds", ["many", "0", "-1"])
def test_rounds_must_be_a_number_that_measures_something(rounds):
    done = bench("--rounds", rounds)
    assert done.returncode == 2
    assert "--rounds" in done.stderr
