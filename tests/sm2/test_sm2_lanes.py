"""Verification in lanes against portable C, millions of times (tests/native/prove_verify.c)."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
from pathlib import Path

import pytest

NATIVE = Path(__file__).resolve().parents[1] / "native"


@pytest.mark.prove
def test_every_path_answers_as_portable_code_does(record_property):
    wanted = int(os.environ.get("PROVE_RECORDS", "10000000"))
    seed = secrets.randbits(63) | 1
    subprocess.run(["make", "-s", "-C", NATIVE, "bin/prove-verify"], check=True)
    done = subprocess.run(
        [NATIVE / "bin" / "prove-verify", str(wanted), str(seed)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    if "no lanes" in done.stdout:
        pytest.skip("this processor has no lanes")
    compared = re.search(r"(\d+) records, (\d+) valid, (\d+) left", done.stdout)
    assert compared
    records, valid, undecided = map(int, compared.groups())
    assert records >= wanted
    assert 0 < valid < records
    if done.stdout.startswith("ifma"):
        assert undecided > 0
    record_property("examples", records)
