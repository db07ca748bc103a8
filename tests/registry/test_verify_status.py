"""From the desk to whoever verifies: what the registry says of seal and document travels along."""

from __future__ import annotations

import json

import pytest

import bureaukit
import govseal
from govseal.cli import main
from govseal.registry import tables
from usekit import Desk


@pytest.fixture
def stamped(desk: Desk):
    """The desk, and the file that it stamped."""
    request, made = desk.stamped()
    return desk, request, made


def judge(stamped, **how):
    world = bureaukit.world()
    at = stamped[0].bureau.clock()
    hierarchy = world.hierarchy
    return govseal.verify(stamped[2].data, world.trust, materials=hierarchy.materials, at=at, **how)


def change(stamped, event, name="principal"):
    desk, _, made = stamped
    with desk.acting(name) as b:
        return b.documents.change_state(made.document, event, reason="违法许可")


@pytest.mark.req("R-GZ-5.3")
@pytest.mark.req("R-JC9-02")
def test_a_withdrawal_reaches_whoever_verifies(stamped):
    desk = stamped[0]
    before = judge(stamped, status=desk.bureau.register)
    assert (before.verdict.value, before.business.status) == ("passed", "current")
    assert before.business.profile == "jincheng"
    assert "第二条" in before.business.legal_basis
    assert before.signatures[0].check("seal_status").outcome.value == "passed"
    change(stamped, "withdraw")
    after = judge(stamped, status=desk.bureau.register)
    assert (after.verdict.value, after.business.status) == ("passed", "withdrawn")
    assert "business_not_current" in after.notices


def lose(desk, at):
    """The seal was lost, and the bureau says since when."""
    desk.write(tables.seals, desk.seal(), state="lost")
    with desk.bureau.database.begin() as connection:
        connection.execute(
            tables.seal_states.insert().values(
                seal=desk.seal(),
                event="lose",
                state="lost",
                effective_at=at,
                recorded_at=desk.bureau.clock(),
            )
        )


@pytest.mark.req("R-GZ-2.4b")
def test_a_stamp_after_the_loss_fails_wherever_it_is_verified(stamped, clock):
    desk, _, made = stamped
    lose(desk, made.at)
    clock.forward(hours=1)
    report = judge(stamped, status=desk.bureau.register)
    assert (report.verdict.value, report.reasons) == ("failed", ("seal_lost_at_signing",))
    assert judge(stamped).verdict.value == "passed"  # who asks nobody does not know


def test_a_stamp_before_the_loss_has_to_prove_its_time(stamped, clock):
    desk = stamped[0]
    clock.forward(hours=1)
    lose(desk, clock.now)
    report = judge(stamped, status=desk.bureau.register)
    assert (report.verdict.value, report.reasons) == ("indeterminate", ("no_proof_of_time",))


# 命令行 · the command ----------------------------------------------------------------------


@pytest.fixture
def files(stamped, tmp_path):
    """The file, the anchors and lists, the status file and the key, as a citizen has them."""
    desk, _, made = stamped
    hierarchy = bureaukit.world().hierarchy
    change(stamped, "withdraw")
    found = {
        "permit.ofd": made.data,
        "roots.pem": b"".join(c.to_pem() for c in hierarchy.trust.certificates),
        "status.txt": desk.bureau.register.status_file(),
        "key.txt": desk.bureau.ledger.key.text.encode(),
    }
    for number, crl in enumerate(hierarchy.materials.crls):
        found[f"{number}.crl"] = crl.der
    for name, data in found.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path, desk.bureau.clock()


def ask(files, capsys, *words):
    folder, at = files
    command = ["verify", folder / "permit.ofd", "--trust", folder / "roots.pem"]
    command += ["--crl", folder, "--as-of", at.isoformat(), *words]
    status = main([str(word) for word in command])
    return status, capsys.readouterr()


def test_the_command_tells_what_became_of_a_document(files, capsys):
    given = ("--status", files[0] / "status.txt", "--status-key", files[0] / "key.txt")
    status, said = ask(files, capsys, *given, "--json")
    report = json.loads(said.out)
    assert status == 0
    assert report["business"]["status"] == "withdrawn"
    status, said = ask(files, capsys, *given)
    assert "已撤回" in said.out
    page = files[0] / "report.html"
    assert ask(files, capsys, *given, "--report", page)[0] == 0
    assert "已撤回" in page.read_text()


def test_the_command_asks_whose_status_file_it_is(files, capsys):
    status, said = ask(files, capsys, "--status", files[0] / "status.txt")
    assert status == 2
    assert "--status-key" in said.err


@pytest.mark.parametrize("place", [5, 200, -20])
def test_the_command_refuses_a_changed_status_file(files, capsys, place):
    path = files[0] / "status.txt"
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    given = ("--status", path, "--status-key", files[0] / "key.txt")
    assert ask(files, capsys, *given)[0] == 2


def test_the_command_refuses_another_registrys_key(files, capsys, open_bureau, tmp_path):
    with open_bureau(f"sqlite:///{tmp_path / 'other.db'}") as other:
        (files[0] / "key.txt").write_text(other.ledger.key.text)
    given = ("--status", files[0] / "status.txt", "--status-key", files[0] / "key.txt")
    status, said = ask(files, capsys, *given)
    assert status == 2
    assert "status" in said.err
