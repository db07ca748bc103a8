"""What only a process of its own shows: terminals, pipes, signals, what is imported."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from govseal.pki.signer import load_signer
from govseal.seal.make import make_seal
from govseal.seal.picture import SealPicture
from pdf_texts import latin, pdf

GOVSEAL = [sys.executable, "-m", "govseal"]
LIMIT = 60
HEAVY = (
    *("cryptography", "PIL", "fontTools", "asn1crypto"),
    *("shutil", "html", "getpass", "govseal.testing"),
)


@pytest.fixture
def start(environment):
    """Starts ``govseal`` as a process; streams as ``subprocess`` names them."""
    running = []

    def call(*words, env=None, **streams):
        process = subprocess.Popen(
            [*GOVSEAL, *map(str, words)],
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            | streams,
            env=environment | (env or {}),
            bufsize=0,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield call
    for process in running:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.fixture
def terminal():
    """Both ends of a pseudo-terminal: the process's, and ours."""
    ours, theirs = pty.openpty()
    yield theirs, ours
    os.close(ours)


def read_all(ours):
    """What was shown on a terminal whose other end is closed."""
    shown = b""
    # Linux answers EIO when the last writer is gone.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 65536):
            shown += piece
    return shown.decode()


def test_verify_as_a_process(start, desk):
    process = start("verify", desk.path("stamped.ofd"), *desk.trusted, "--json")
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    assert json.loads(out)["verdict"] == "passed"
    assert err == b""


def test_refusal_as_a_process(start, desk):
    process = start("verify", desk.path("permit.ofd"), "absent.ofd", "--lang=en")
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 2
    assert out == b"unsigned  permit.ofd (counts as a copy)\n"
    assert err == b"govseal: error: absent.ofd: no such file\n"


def test_verifying_an_sm2_document_imports_nothing_heavy(environment, desk):
    words = ["verify", str(desk.path("stamped.ofd")), *map(str, desk.trusted)]
    program = (
        "import sys; from govseal.cli import main; status = main(sys.argv[1:]); "
        f"print(status, [name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=LIMIT,
    )
    assert done.stdout.splitlines()[-1] == "0 []"


def test_binary_goes_into_a_pipe(start, desk):
    process = start(
        *("stamp", desk.path("permit.ofd"), "-o", "-", "--place", "1,10,10"), *desk.signing
    )
    out, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    assert out.startswith(b"PK")


def test_binary_never_goes_to_a_terminal(start, desk, terminal):
    theirs, ours = terminal
    process = start(
        *("stamp", desk.path("permit.ofd"), "-o", "-", "--place", "1,10,10"),
        *desk.signing,
        stdout=theirs,
    )
    os.close(theirs)
    shown = read_all(ours)
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 2
    assert shown == ""
    assert "不向终端输出二进制数据" in err.decode()


@pytest.mark.parametrize(
    ("env", "has_colour"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_on_a_terminal_only(start, desk, terminal, env, has_colour):
    theirs, ours = terminal
    process = start("verify", desk.path("permit.ofd"), stdout=theirs, env=env)
    os.close(theirs)
    shown = read_all(ours)
    assert process.wait(LIMIT) == 4
    assert ("\x1b[" in shown) is has_colour
    assert "未签章" in shown


@pytest.mark.parametrize(("count", "has_bar"), [(1, False), (3, True)])
def test_progress_for_several_files_on_a_terminal(start, desk, terminal, count, has_bar):
    theirs, ours = terminal
    files = [desk.path("permit.ofd")] * count
    process = start("verify", *files, stderr=theirs)
    os.close(theirs)
    shown = read_all(ours)
    assert process.wait(LIMIT) == 4
    assert (f"0/{count}" in shown) is has_bar
    assert shown.endswith("\r\x1b[K") or not has_bar


def test_progress_for_several_pages_on_a_terminal(start, terminal, tmp_path):
    theirs, ours = terminal
    (tmp_path / "p.pdf").write_bytes(pdf(latin("one"), latin("two")))
    words = (tmp_path / "p.pdf", "-o", tmp_path / "p.ofd", "--dpi", 72)
    process = start("convert", *words, stderr=theirs)
    os.close(theirs)
    shown = read_all(ours)
    assert process.wait(LIMIT) == 0
    assert "1/2 第 2 页" in shown
    assert shown.endswith("\r\x1b[K")


def test_password_is_asked_for_and_never_shown(start, desk, terminal, tmp_path):
    theirs, ours = terminal
    out = tmp_path / "out.ofd"
    process = start(
        *("stamp", desk.path("permit.ofd"), "-o", out, "--place", "1,10,10"),
        *("--seal", desk.path("approval.esl"), "--key", desk.path("pki/signer.p12")),
        stdin=theirs,
    )
    prompt = process.stderr.read(4)
    os.write(ours, b"govseal\n")
    _, err = process.communicate(timeout=LIMIT)
    os.close(theirs)
    assert process.returncode == 0
    assert "的密码：" in (prompt + err).decode()
    assert b"govseal\n" not in prompt + err
    assert "govseal" not in read_all(ours)
    assert out.read_bytes().startswith(b"PK")


@pytest.fixture
def can_interrupt():
    """Programs of ours hear SIGINT: what runs behind a shell's & ignores it, and so do its own."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(process):
    """Interrupt a program until it ends; what it says of it.

    A signal that comes between Python's look for one and the call that waits is seen at the next.
    """
    for _ in range(LIMIT):
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=1)[1]
    raise AssertionError("it does not end")


@pytest.mark.usefixtures("can_interrupt")
def test_interruption_while_asking(start, desk, terminal, tmp_path):
    theirs, _ = terminal
    out = tmp_path / "out.ofd"
    process = start(
        *("stamp", desk.path("permit.ofd"), "-o", out, "--place", "1,10,10"),
        *("--seal", desk.path("approval.esl"), "--key", desk.path("pki/signer.p12")),
        stdin=theirs,
    )
    process.stderr.read(4)
    err = interrupted(process)
    os.close(theirs)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_reader_that_goes_away(start, desk):
    reader, writer = os.pipe()
    os.close(reader)
    process = start("verify", desk.path("permit.ofd"), desk.path("permit.ofd"), stdout=writer)
    os.close(writer)
    _, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 141
    assert err == b""


@pytest.fixture
def undrawable(desk, tmp_path):
    """A seal whose picture has no pixels that could be shown."""
    target = tmp_path / "undrawable.esl"
    signer = load_signer(desk.path("pki/signer.p12"), password="govseal")
    seal = make_seal(
        load_signer(desk.path("pki/maker.p12"), password="govseal"),
        name="测试市章",
        picture=SealPicture("PNG", bytes.fromhex("89504e470d0a1a0a"), 42, 42),
        signers=[signer.certificate],
        at=datetime.now(UTC),
    )
    target.write_bytes(seal.der)
    return target


@pytest.mark.parametrize(
    ("pictures", "shows"),
    [("blocks", "▀"), ("kitty", "\x1b_Ga=T"), ("sixel", "\x1bP0;1q"), ("none", "")],
)
def test_a_seal_is_shown_on_a_terminal(start, desk, terminal, pictures, shows):
    theirs, ours = terminal
    wish = {"GOVSEAL_PICTURES": pictures}
    process = start("seal", "show", desk.path("approval.esl"), stdout=theirs, env=wish)
    os.close(theirs)
    shown = read_all(ours)
    assert process.wait(LIMIT) == 0
    assert shows in shown
    assert ("\x1b" in shown) is (pictures != "none")
    assert "结论：不能确定能否使用\r\n" in shown


def test_a_seal_is_not_shown_in_a_pipe(start, desk):
    wish = {"GOVSEAL_PICTURES": "blocks"}
    process = start("seal", "show", desk.path("approval.esl"), env=wish)
    out, err = process.communicate(timeout=LIMIT)
    assert (process.returncode, err) == (0, b"")
    assert out.decode().startswith("名称：")


def test_a_seal_that_cannot_be_drawn_is_judged_all_the_same(start, terminal, undrawable):
    theirs, ours = terminal
    wish = {"GOVSEAL_PICTURES": "blocks"}
    process = start("seal", "show", undrawable, stdout=theirs, env=wish)
    os.close(theirs)
    shown = read_all(ours)
    assert process.wait(LIMIT) == 0
    assert shown.startswith("名称：")
    assert "，不能显示：" in shown
    assert "结论：不能确定能否使用\r\n" in shown


def test_stream_without_chinese(start, desk):
    plain = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    process = start("verify", desk.path("stamped.ofd"), *desk.trusted, "--json", env=plain)
    out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 0
    assert json.loads(out)["signatures"][0]["seal"]["name"].startswith("测试市")
    assert err == b""
    process = start("verify", desk.path("permit.ofd"), env=plain)
    out, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 4
    assert out.startswith(b"\\u672a")
