"""A bureau that is run from the command line alone: its people, their keys, its first seal."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import govseal.registry.clock
import quickkeys
from govseal.cli import main
from govseal.formats.ofd.compose import compose_document
from govseal.testing import Hierarchy, invented_credit_code

UNIT = "晋城市行政审批服务管理局"
NAME = UNIT + "行政审批专用章"
CODE = invented_credit_code("140500")
ES_ID = "14050000000001"
START = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)  # a Monday, 09:30 in Beijing
PASSWORD = "open"

# account: department, roles in Chinese.
STAFF = {
    "handler": ("规划建设科", ("科室经办人", "使用单位申请人")),
    "head": ("规划建设科", ("科室负责人",)),
    "custodian": ("证照发放科", ("印章保管人", "证照发放科")),
    "second": ("证照发放科", ("印章保管人",)),
    "issuing-head": ("证照发放科", ("科室负责人",)),
    "office": ("办公室", ("局办公室",)),
    "office-head": ("办公室", ("办公室负责人",)),
    "leader": (None, ("分管领导",)),
    "principal": (None, ("主要领导",)),
    "secretary": (None, ("党组书记",)),
    "reviewer": ("办公室", ("管理部门审核人",)),
    "maker": ("办公室", ("制章人",)),
    "auditor": ("办公室", ("督查科",)),
    "secrecy": ("办公室", ("保密审查人",)),
}
SIGNING = ("head", "leader", "principal")


@dataclass(frozen=True)
class Answer:
    """What a step said."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def result(self):
        answer = self.json
        assert answer["schema"] == "govseal.registry/1", answer
        return answer["result"]

    @property
    def lines(self):
        return self.out.splitlines()


@dataclass
class Clerks:
    """The folder of a bureau, and how its commands are called."""

    root: Path
    clock: Clock
    departments: dict[str, str] = field(default_factory=dict)
    seal: str = ""

    def path(self, name):
        return self.root / name

    @property
    def registry(self):
        return ("--db", self.path("bureau.db"), "--secrets", self.path("secrets.hex"))

    def call(self, *words, by=None, lang="zh"):
        """A step, with the registry and the person that it needs."""
        person = () if by is None else ("--as", by)
        return run("registry", *words, *self.registry, *person, "--lang", lang)

    def ask(self, *words, by=None, lang="zh"):
        """What it says in JSON."""
        return self.call(*words, "--json", by=by, lang=lang)

    def ok(self, *words, by=None):
        """Its result; it must do its work."""
        answer = self.ask(*words, by=by)
        assert answer.status == 0, (words, answer)
        return answer.result

    def refused(self, code, *words, by=None):
        """It must be refused: status 1, the code in JSON and in the error line."""
        answer = self.ask(*words, by=by)
        assert answer.status == 1, (words, answer)
        assert answer.json["schema"] == "govseal.error/1"
        assert answer.json["code"] == code, answer
        assert answer.err.startswith(f"govseal: error: {code}：")
        return answer

    def key(self, name):
        """The options of somebody's own key."""
        return ("--key", self.path(f"{name}.p12"), "--password-file", self.path("password"))

    @property
    def making(self):
        return (
            *("--maker", self.path("maker.p12"), "--trust", self.path("roots.pem")),
            *("--ca", self.path("ca.pem"), "--crl", self.path("ca.crl")),
            *("--crl", self.path("maker-ca.crl"), *self.key("institution")),
        )

    def form(self, **changes):
        """The options of an application for a seal."""
        values = {
            "--unit": UNIT,
            "--name": NAME,
            "--subtype": "行政审批专用章",
            "--department": "证照发放科",
            "--representative": "法定代表人",
            "--contact": "办公室",
            "--reason": "行政审批用印",
            "--attachment": f"written_application={self.path('application.pdf')}",
            "--certificate": self.path("institution.pem"),
            "--imprint": self.path("seal.svg"),
        }
        values |= {f"--{key.replace('_', '-')}": value for key, value in changes.items()}
        return [word for pair in values.items() if pair[1] is not None for word in pair]

    def new_seal(self, es_id=ES_ID):
        """A seal from its form to its activation."""
        seal = self.ok("seal", "apply", *self.form(), by="handler")["id"]
        self.ok("seal", "declare", seal, by="office-head")
        self.ok("seal", "submit", seal, by="handler")
        self.ok("seal", "accept", seal, by="reviewer")
        self.ok("seal", "review", seal, "pass", by="reviewer")
        self.ok("seal", "review", seal, "pass", by="province")
        self.ok("seal", "make", seal, "--id", es_id, *self.making, by="maker")
        self.ok("seal", "issue", seal, "--custodian", "custodian", by="office")
        scope = ("--department", "证照发放科", "--scope", "核发的证照和审批文书")
        self.ok("seal", "activate", seal, *scope, by="office")
        return seal

    def filing(self, number=1, seal=None):
        """The words of a request for the decision of that number."""
        path = self.path("decision.ofd" if number == 1 else f"decision-{number}.ofd")
        if not path.exists() and number > 1:
            path.write_bytes(decision(number))
        return (
            *(path, "--seal", seal or self.seal),
            *("--matter", "取水许可", "--reason", "核发许可决定"),
            *("--document-type", "准予行政许可决定书", "--decision-state", "decided"),
            *("--document-no", f"晋市审管许决〔2026〕{number}号", "--title", "准予行政许可决定书"),
        )

    def approved(self, number=1, seal=None):
        """A request with all its approvals; its number."""
        request = self.ok("use", "request", *self.filing(number, seal), by="handler")["number"]
        for name in ("head", "leader"):
            self.ok("use", "approve", request, *self.key(name), by=name)
        return request

    def stamped(self, number=1):
        """The same, stamped; the file is ``stamped.ofd``."""
        request = self.approved(number)
        where = ("--place", "1,120,210", "-o", self.path("stamped.ofd"))
        self.ok("use", "stamp", request, *where, by="custodian")
        return request


class Clock:
    """What time the registry thinks it is."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def run(*words):
    """A command in this process, and what it said."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(word) for word in words])
    return Answer(status, out.getvalue(), err.getvalue())


@contextlib.contextmanager
def clock_of(clock):
    """The registry reads this clock."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(govseal.registry.clock, "system_clock", clock)
        yield


def found(root: Path) -> Clerks:
    """A bureau with its people, keys of their own, and one seal in use: all made by commands."""
    clerks = Clerks(root, Clock())
    with clock_of(clerks.clock):
        _papers(root)
        _set_up(clerks)
        _staff(clerks)
        clerks.seal = clerks.new_seal()
    return clerks


def copy(founded: Clerks, root: Path) -> Clerks:
    """The same bureau in a folder of its own."""
    shutil.copytree(founded.root, root, dirs_exist_ok=True)
    clerks = Clerks(root, Clock(), founded.departments, founded.seal)
    clerks.clock.now = founded.clock.now
    return clerks


def decision(number):
    """A decision, an OFD of one page."""
    page = [["测试申请单位：", f"准予行政许可。第 {number} 号"]]
    return compose_document(page, title="准予行政许可决定书")


def _papers(root: Path) -> None:
    pki = Hierarchy.create("sm2", at=START)
    institution = pki.signer_ca.issue(ES_ID, organization=CODE + UNIT)
    people = {name: pki.signer_ca.issue(name, organization=UNIT) for name in SIGNING}
    keys = {"institution": institution, "maker": pki.maker, **people}
    for name, key in keys.items():
        (root / f"{name}.p12").write_bytes(quickkeys.pkcs12(key, PASSWORD))
    (root / "password").write_text(PASSWORD + "\n")
    (root / "institution.pem").write_bytes(institution.certificate.to_pem())
    (root / "ca.pem").write_bytes(pki.signer_ca.certificate.to_pem())
    (root / "roots.pem").write_bytes(b"".join(c.to_pem() for c in pki.trust.certificates))
    (root / "ca.crl").write_bytes(pki.signer_ca.crl())
    (root / "maker-ca.crl").write_bytes(pki.maker_ca.crl())
    (root / "application.pdf").write_bytes("关于制作电子印章的申请".encode())
    (root / "decision.ofd").write_bytes(decision(1))
    drawing = ("--name", UNIT, "--bottom", "行政审批专用章", "-o", root / "seal.svg")
    assert run("seal", "draw", *drawing).status == 0


def _set_up(clerks: Clerks) -> None:
    done = clerks.ok(
        *("init", "--profile", "jincheng", "--unit", UNIT, "--level", "市"),
        *(
            "--kind",
            "印章管理部门",
            "--kind",
            "使用单位",
            "--kind",
            "制发单位",
            "--kind",
            "市直单位",
        ),
        *("--uscc", CODE, "--region", "140500", "--administrator", "机构人员管理员"),
        *("--account", "admin", "--department", "办公室", "--new-secrets"),
    )
    assert done["organization"]["legal_name"] == UNIT
    for name in ("规划建设科", "证照发放科"):
        clerks.ok("department", "add", UNIT, name, by="admin")


def _staff(clerks: Clerks) -> None:
    for account, (department, roles) in STAFF.items():
        place = () if department is None else ("--department", department)
        who = ("--account", account, "--unit", UNIT)
        clerks.ok("person", "add", f"测试{account}", *who, *place, by="admin")
        for role in roles:
            clerks.ok("role", "grant", account, role, *place, by="admin")
    clerks.ok(
        *("unit", "add", "山西省测试政务服务管理局", "--level", "省", "--kind", "印章管理部门"),
        *("--region", "140000"),
        by="admin",
    )
    who = ("--account", "province", "--unit", "山西省测试政务服务管理局")
    clerks.ok("person", "add", "省级审核人", *who, by="admin")
    clerks.ok("role", "grant", "province", "管理部门审核人", by="admin")
    for name in SIGNING:
        clerks.ok("certificate", "add", *clerks.key(name), by=name)
