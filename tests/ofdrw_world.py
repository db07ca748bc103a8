"""ofdrw behind its command line, and a world of our own for it to judge."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import govseal

HERE = Path(__file__).parent / "interop" / "ofdrw"
TEXT = "测试市行政审批服务管理局关于测试事项的批复"
SEAL_NAME = "测试市行政审批服务管理局行政审批专用章"
SEAL_ID = "11010000000001"
PLACE = ("--page", 1, "--x", 120, "--y", 210, "--w", 42, "--h", 42)

# What ofdrw checks too, in the words of our report.
MATHEMATICS = {"data_digest", "signature_value", "seal_embedded_copy"}
# Nothing to look at: no time stamp and no scope, and nobody asked for status or binding.
MAY_BE_SKIPPED = {"timestamp", "seal_status", "seal_scope", "seal_binding"}


@dataclass(frozen=True)
class Ofdrw:
    """ofdrw behind its command line."""

    jar: Path
    folder: Path

    def batch(self, commands: Sequence[Sequence[object]]) -> list[dict[str, Any]]:
        script = self.folder / "batch.txt"
        lines = ["\t".join(str(word) for word in command) for command in commands]
        script.write_text("\n".join(lines) + "\n", encoding="utf-8")
        # ofdrw's stamps of 2014 carry local time without a zone, which is read as Beijing time
        zone = "-Duser.timezone=Asia/Shanghai"
        options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", zone]
        done = subprocess.run(
            ["java", *options, "-jar", self.jar, "batch", script],
            env={**os.environ, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        results = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(results) == len(commands), done.stderr
        return results

    def run(self, *command: object) -> dict[str, Any]:
        return self.batch([command])[0]

    def verify(self, data: bytes) -> dict[str, Any]:
        file = self.folder / "verify.ofd"
        file.write_bytes(data)
        return self.run("verify", file)


@dataclass(frozen=True)
class World:
    """Our throw-away hierarchy, our seal, and their keys as files that ofdrw can read."""

    maker: Any
    signer: Any
    seal: Any
    trust: Any
    materials: Any
    folder: Path

    def stamp(self, data: bytes, place: Any = None, *, seal: Any = None, **options: Any) -> bytes:
        place = place or govseal.Placement(page=1, x_mm=120, y_mm=210)
        stamped = govseal.stamp(data, seal or self.seal, self.signer, place, **options)
        assert isinstance(stamped, bytes)
        return stamped

    def verify(self, data: bytes) -> Any:
        return govseal.verify(data, self.trust, materials=self.materials)

    def sign_command(
        self, source: Path, target: Path, *options: object, seal: str = "seal.esl"
    ) -> tuple[object, ...]:
        """The words that make ofdrw stamp with a seal of our folder, our certificate and key."""
        keys = ("--seal", seal, "--cert", "signer.cer", "--key", "signer.pkcs8")
        files = [self.folder / word if "." in word else word for word in keys]
        return ("sign", source, target, *files, *(options or PLACE))

    def make_seal_command(
        self, target: Path, *, key: str = "maker", generation: int = 2020
    ) -> tuple[object, ...]:
        """The words that make ofdrw make a seal with our maker; ``key`` names the signing key."""
        return (
            *("make-seal", target, "--maker-cert", self.folder / "maker.cer"),
            *("--maker-key", self.folder / f"{key}.pkcs8"),
            *("--signer-cert", self.folder / "signer.cer", "--id", SEAL_ID, "--name", SEAL_NAME),
            *("--picture", self.folder / "seal.png", "--mm", 42, "--generation", generation),
        )


def outcomes(signature: Any) -> dict[str, str]:
    return {check.name: wire(check.outcome) for check in signature.checks}


def reasons(report: Any) -> set[str]:
    return {wire(reason) for signature in report.signatures for reason in signature.reasons}


def wire(value: Any) -> str:
    """The wire string of an enum member, or the string itself."""
    return str(getattr(value, "value", value))


def assert_everything_passed(report: Any, signatures: int) -> None:
    assert len(report.signatures) == signatures
    for signature in report.signatures:
        found = outcomes(signature)
        assert {name for name, outcome in found.items() if outcome == "skipped"} <= MAY_BE_SKIPPED
        assert set(found.values()) <= {"passed", "skipped"}, found
    assert wire(report.verdict) == "passed"
