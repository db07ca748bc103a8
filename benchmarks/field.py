"""Other implementations of SM2 and SM3, each in a process of its own that times its own bursts.

A worker prints `ready NAME`, then answers each line `TASK COUNT` with the seconds that COUNT calls
took, or with `unknown`. Tasks: `sign` and `verify` (200 bytes, default ID), `encrypt` and `decrypt`
(32 bytes), `sm3` (16 KB);
OpenSSL's worker also `p256_sign` and `p256_verify`. What is not there to be built or installed is
left out and named.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

SOURCES = Path(__file__).resolve().parent / "field"
BUILD = Path(__file__).resolve().parents[1] / "build" / "field"


class NotHere(Exception):
    """Why an implementation cannot be compared on this machine."""


@dataclass(slots=True)
class Worker:
    """A running implementation; a context manager that ends it."""

    process: subprocess.Popen[str]
    name: str

    def burst(self, task: str, count: int) -> float | None:
        """Seconds for one call, of ``count``; None where it has no such task."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(task, count, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"{self.name} ended in {task}")
        return None if answer == "unknown" else float(answer) / count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def start(command: list[str], **environment: str) -> Worker:
    """Run a worker until it is ready."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | environment,
    )
    assert process.stdout is not None
    word, _, name = process.stdout.readline().strip().partition(" ")
    if word != "ready":
        process.kill()
        process.wait()
        raise NotHere("it did not start")
    return Worker(process, name)


def run(command: list[str], where: Path) -> None:
    """A step of a build."""
    if shutil.which(command[0]) is None:
        raise NotHere(f"there is no {command[0]}")
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise NotHere(f"{command[0]} failed: {lines[-1] if lines else 'no message'}")


def openssl() -> Worker:
    BUILD.mkdir(parents=True, exist_ok=True)
    worker = BUILD / "openssl"
    run(["cc", "-O2", str(SOURCES / "openssl" / "worker.c"), "-o", str(worker), "-lcrypto"], BUILD)
    return start([str(worker)])


def gmsm() -> Worker:
    worker = BUILD / "gmsm"
    run(["go", "build", "-o", str(worker), "."], SOURCES / "gmsm")
    return start([str(worker)])


def bouncycastle() -> Worker:
    target = BUILD / "bouncycastle"
    source = SOURCES / "bouncycastle"
    run(["mvn", "-q", "-B", f"-DbuildDirectory={target}", "package"], source)
    paths = os.pathsep.join([str(target / "classes"), str(target / "dependency" / "*")])
    return start(["java", "-cp", paths, "Worker"])


def python_package(line: str) -> Worker:
    """One line of field/python.txt: a package and what it needs."""
    requirements = line.split()
    name = requirements[0].partition("==")[0]
    target = BUILD / "python" / name
    if not target.exists():
        install = [sys.executable, "-m", "pip", "install", "-q", "--target", str(target)]
        try:
            run([*install, *requirements], BUILD)
        except NotHere:
            shutil.rmtree(target, ignore_errors=True)
            raise
    worker = [sys.executable, "-W", "ignore", str(SOURCES / "python_worker.py"), name]
    return start(worker, PYTHONPATH=str(target))


def workers(absent: dict[str, str]) -> Iterator[Worker]:
    """Every implementation that runs here, one after the other; ``absent`` gets the others' why."""
    lines = (SOURCES / "python.txt").read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if line and not line.startswith("#")]
    BUILD.mkdir(parents=True, exist_ok=True)
    starters = {"OpenSSL": openssl, "emmansun/gmsm": gmsm, "BouncyCastle": bouncycastle}
    starters |= {
        line.split("==")[0]: lambda line=line: python_package(line)  # type: ignore[misc]
        for line in packages
    }
    for name, starter in starters.items():
        try:
            worker = starter()
        except NotHere as why:
            absent[name] = str(why)
            continue
        with worker:
            yield worker
