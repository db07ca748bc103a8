"""One desk for the tests of the command line: keys, a seal, documents, all made by commands."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import quickkeys
import registryclerks
from govseal.cli import main
from govseal.formats.ofd.compose import compose_document
from govseal.testing import Hierarchy, Revoked, invented_credit_code

UNIT = "测试市行政审批服务管理局"
NAME = UNIT + "行政审批专用章"
PAGE = "Doc_0/Pages/Page_0/Content.xml"
LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")


def run(*words):
    """The exit status of a command that must do its work."""
    return main([str(word) for word in words])


@dataclass(frozen=True)
class Desk:
    """The folder, and how its files are named."""

    root: Path

    def path(self, name):
        return self.root / name

    @property
    def trusted(self):
        """The options under which the stamped files pass."""
        crls = ("--crl", self.path("pki/ca.crl"), "--crl", self.path("pki/maker-ca.crl"))
        return ("--trust", self.path("pki/roots.pem"), *crls)

    @property
    def signing(self):
        """The options that a stamp needs beside its place."""
        return (
            *("--seal", self.path("approval.esl"), "--key", self.path("pki/signer.p12")),
            *("--password-file", self.path("password")),
        )


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    root = tmp_path_factory.mktemp("desk")
    found = Desk(root)
    (root / "password").write_text("govseal\n")
    (root / "note.txt").write_bytes("任意文件\n".encode())
    document = compose_document([["测试申请单位：", "准予许可，期限五年。"]], title="测试决定书")
    (root / "permit.ofd").write_bytes(document)
    drawing = ("--name", UNIT, "--bottom", "行政审批专用章", "--dpi", 72)
    steps = (
        ("pki", "init", root / "pki"),
        ("pki", "init", root / "foreign"),
        ("seal", "draw", *drawing, "-o", root / "seal.png"),
        (
            *("seal", "make", "--maker", root / "pki/maker.p12"),
            *("--password-file", root / "password", "--signer", root / "pki/signer.pem"),
            *("--name", NAME, "--picture", root / "seal.png", "-o", root / "approval.esl"),
        ),
        (
            *("stamp", root / "permit.ofd", "-o", root / "stamped.ofd"),
            *(*found.signing, "--place", "1,120,210"),
        ),
        (
            *("stamp", root / "note.txt", "--detached", "-o", root / "note.ses"),
            *found.signing,
        ),
    )
    for step in steps:
        assert run(*step) == 0, step
        if step[:2] == ("pki", "init"):
            quickkeys.hasten(step[2], "govseal")
    return found


@dataclass(frozen=True)
class Bureau(Desk):
    """A desk in a division that exists, whose authorities are at hand."""

    pki: Hierarchy

    def revoking(self, target, authority, certificate, date):
        """The option for a list of ``authority`` that names ``certificate``."""
        target.write_bytes(authority.crl([Revoked(certificate, date)]))
        return ("--crl", target)


@pytest.fixture(scope="session")
def bureau(tmp_path_factory):
    """Keys, and a drawing in outlines, for seals by the rules of 晋城."""
    now = datetime.now(UTC)
    found = Bureau(tmp_path_factory.mktemp("bureau"), Hierarchy.create(at=now))
    owner = invented_credit_code("140500") + UNIT
    signer = found.pki.signer_ca.issue("14050000000001", organization=owner)
    found = replace(found, pki=replace(found.pki, signer=signer))
    found.pki.write(found.path("pki"))
    quickkeys.hasten(found.path("pki"), "govseal")
    found.path("ca.pem").write_bytes(found.pki.signer_ca.certificate.to_pem())
    found.path("maker-ca.pem").write_bytes(found.pki.maker_ca.certificate.to_pem())
    found.path("password").write_text("govseal\n")
    for suffix in ("svg", "png"):
        words = ("--bottom", "行政审批专用章", "-o", found.path(f"seal.{suffix}"))
        assert run("seal", "draw", "--name", UNIT, *words) == 0
    return found


@pytest.fixture(autouse=True)
def chinese(monkeypatch):
    """Every test starts with a Chinese locale and no wish about colours."""
    for name in (*LOCALES, "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def rows(self):
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self):
        """The error line, which is the first of standard error."""
        line, *rest = self.err.splitlines()
        assert line.startswith("govseal: error: ")
        assert all(item.startswith("govseal: hint: ") for item in rest)
        assert len(rest) < 2
        return line.removeprefix("govseal: error: ")

    @property
    def hint(self):
        lines = [line for line in self.err.splitlines() if line.startswith("govseal: hint: ")]
        return lines[0].removeprefix("govseal: hint: ") if lines else ""


@pytest.fixture
def ask(capfd):
    """Runs a command in this process; its answer comes back."""

    def call(*words):
        capfd.readouterr()
        status = run(*words)
        said = capfd.readouterr()
        return Answer(status, said.out, said.err)

    return call


@pytest.fixture
def make(ask, desk, tmp_path):
    """Runs ``seal make`` with what it needs; changes replace that, None leaves it out."""

    def call(*words, at=desk, **changes):
        values = {
            "--maker": at.path("pki/maker.p12"),
            "--password-file": at.path("password"),
            "--signer": at.path("pki/signer.pem"),
            "--name": NAME,
            "--picture": at.path("seal.png"),
            "-o": call.target,
        }
        values |= {f"--{key.replace('_', '-')}": value for key, value in changes.items()}
        given = [word for item in values.items() if item[1] is not None for word in item]
        return ask("seal", "make", *given, *words, "--json")

    call.target = tmp_path / "new.esl"
    return call


@pytest.fixture
def environment():
    """The environment of a process of its own."""
    return {key: value for key, value in os.environ.items() if key not in (*LOCALES, "TERM")} | {
        "LANG": "zh_CN.UTF-8",
        "PYTHONUTF8": "1",
        "TERM": "xterm",
    }


@pytest.fixture
def empty(tmp_path, monkeypatch):
    """An empty folder, which is the working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def registry_founded(tmp_path_factory):
    """A bureau with its people and a seal in use, which nobody changes; see :func:`clerks`."""
    return registryclerks.found(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def clerks(registry_founded, tmp_path):
    """The same bureau, for one test alone; its clock stands still."""
    copied = registryclerks.copy(registry_founded, tmp_path)
    with registryclerks.clock_of(copied.clock):
        yield copied
