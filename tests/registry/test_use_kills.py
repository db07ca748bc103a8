"""kill -9 around the desk: nothing is lost, and nothing is half there (JC9-09)."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

import evidence

WORKER = Path(__file__).with_name("kill_worker.py")
TESTS = WORKER.parents[1]
EVERY_DAY = 10
LONG = int(os.environ.get("PROVE_KILLS", "1000"))


def kill(url: str, kills: int, seed: int) -> dict[str, int]:
    """What became of the clerks; see :mod:`kill_worker`."""
    command = [sys.executable, str(WORKER), url, str(kills), str(seed)]
    path = os.pathsep.join([str(TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": path},
        check=False,
    )
    assert done.returncode == 0, f"seed {seed}: {done.stderr}"
    return json.loads(done.stdout)


@pytest.mark.slow
@pytest.mark.req("R-JC9-09")
def test_a_killed_clerk_leaves_all_or_nothing(database_url):
    done = kill(database_url, EVERY_DAY, 1)
    assert done["killed"] == EVERY_DAY
    assert done["stamps"]


@pytest.mark.prove
@pytest.mark.req("R-JC9-09")
def test_a_thousand_killed_clerks_leave_all_or_nothing(database_url, record_property):
    done = kill(database_url, LONG, secrets.randbits(32))
    record_property(evidence.PROPERTY, done["killed"])
    assert done["killed"] == LONG
