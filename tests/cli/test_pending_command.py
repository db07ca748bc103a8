"""``govseal stamp --prepare`` and ``--finish``: what goes together, and what is refused."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

import pytest

from govseal.pki.signer import load_signer
from govseal.sm2 import decode_signature


@pytest.fixture
def prepared(ask, desk, tmp_path):
    """The permit that waits for its signature value, and that value."""
    waiting = tmp_path / "p.json"
    words = ("--seal", desk.path("approval.esl"), "--cert", desk.path("pki/signer.pem"))
    source = desk.path("permit.ofd")
    answer = ask("stamp", source, "--prepare", waiting, *words, "--place", "1,120,210", "--json")
    assert answer.status == 0, answer.err
    assert answer.json["file"] == "p.json"
    signer = load_signer(desk.path("pki/signer.p12"), password="govseal")
    message = json.loads(waiting.read_bytes())["message"]
    assert answer.json["message"] == message
    return waiting, signer.sign(b64decode(message))


@pytest.mark.parametrize(
    "form",
    [
        lambda value: value,
        decode_signature,
        lambda value: value.hex().encode() + b"\n",
        lambda value: value.hex().upper().encode(),
        lambda value: b64encode(value)[:40] + b"\n" + b64encode(value)[40:] + b"\n",
    ],
)
def test_forms_of_a_signature_value(ask, desk, prepared, tmp_path, form):
    waiting, value = prepared
    (tmp_path / "value").write_bytes(form(value))
    out = tmp_path / "out.ofd"
    words = ("--finish", waiting, "--signature", tmp_path / "value", "-o", out)
    answer = ask("stamp", *words)
    assert (answer.status, answer.out, answer.err) == (0, "", "")
    assert ask("verify", out, *desk.trusted).status == 0


def test_a_detached_stamp(ask, desk, tmp_path):
    waiting, out = tmp_path / "p.json", tmp_path / "note.ses"
    words = ("--seal", desk.path("approval.esl"), "--cert", desk.path("pki/signer.pem"))
    answer = ask("stamp", desk.path("note.txt"), "--detached", "--prepare", waiting, *words)
    assert answer.out.startswith("sm2-sm3  ")
    signer = load_signer(desk.path("pki/signer.p12"), password="govseal")
    message = b64decode(json.loads(waiting.read_bytes())["message"])
    (tmp_path / "value").write_bytes(signer.sign(message))
    finish = ("--finish", waiting, "--signature", tmp_path / "value", "-o", out)
    assert ask("stamp", *finish).status == 0
    assert ask("verify", desk.path("note.txt"), "--detached", out, *desk.trusted).status == 0


def test_what_waits_goes_into_a_pipe(ask, desk):
    words = ("--seal", desk.path("approval.esl"), "--cert", desk.path("pki/signer.pem"))
    answer = ask("stamp", desk.path("note.txt"), "--detached", "--prepare", "-", *words)
    assert answer.json["schema"] == "govseal.pending/1"


@pytest.mark.parametrize("value", [b"", b"\0" * 64, b"3006020101020101", b"no signature"])
def test_values_that_are_wrong(ask, prepared, tmp_path, value):
    (tmp_path / "value").write_bytes(value)
    out = tmp_path / "out.ofd"
    words = ("--finish", prepared[0], "--signature", tmp_path / "value", "-o", out, "--json")
    answer = ask("stamp", *words)
    assert (answer.status, answer.json["code"]) == (1, "signature_invalid")
    assert not out.exists()


def test_what_was_changed_while_it_waited(ask, prepared, tmp_path):
    waiting, value = prepared
    (tmp_path / "value").write_bytes(value)
    members = json.loads(waiting.read_bytes()) | {"protect": "whole"}
    waiting.write_text(json.dumps(members))
    out = tmp_path / "out.ofd"
    words = ("--finish", waiting, "--signature", tmp_path / "value", "-o", out, "--json")
    answer = ask("stamp", *words)
    assert (answer.status, answer.json["code"]) == (2, "malformed")
    assert not out.exists()


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("permit.ofd",),
        ("permit.ofd", "--prepare", "p"),
        ("permit.ofd", "--prepare", "p", "--seal", "s", "--cert", "c", "--key", "k"),
        ("permit.ofd", "--prepare", "p", "--seal", "s", "--cert", "c", "-o", "o"),
        ("permit.ofd", "--prepare", "p", "--seal", "s", "--cert", "c", "--signature", "v"),
        ("permit.ofd", "--prepare", "p", "--seal", "s", "--cert", "c", "--password-env", "HOME"),
        ("permit.ofd", "--prepare", "p", "--seal", "s", "--cert", "c"),
        ("permit.ofd", "--seal", "s", "--key", "k", "-o", "o", "--signature", "v"),
        ("--finish", "p"),
        ("--finish", "p", "--signature", "v"),
        ("--finish", "p", "-o", "o"),
        ("permit.ofd", "--finish", "p", "--signature", "v", "-o", "o"),
        ("--finish", "p", "--signature", "v", "-o", "o", "--key", "k"),
        ("--finish", "p", "--signature", "v", "-o", "o", "--place", "1,1,1"),
        ("--finish", "p", "--signature", "v", "-o", "p"),
        ("--finish", "p", "--signature", "v", "-o", "-", "--json"),
    ],
)
def test_what_does_not_go_together(ask, empty, words):
    answer = ask("stamp", *words, *(() if "--json" in words else ("--json",)))
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert list(empty.iterdir()) == []


def test_what_a_certificate_may_not(ask, desk, tmp_path):
    words = ("--seal", desk.path("approval.esl"), "--cert", desk.path("pki/maker.pem"))
    target = ("--prepare", tmp_path / "p.json", "--place", "1,1,1", "--json")
    answer = ask("stamp", desk.path("permit.ofd"), *target, *words)
    assert (answer.status, answer.json["code"]) == (1, "E_NOT_OWNER")
    assert list(tmp_path.iterdir()) == []
