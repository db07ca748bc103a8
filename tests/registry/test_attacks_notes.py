"""Checkpoints and proofs that were forged or bent: what holds is what was signed, byte by byte."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from govseal import sm2
from govseal.registry.ledger.merkle import EMPTY_ROOT
from govseal.registry.ledger.notes import TYPE, LogKey, Note, sign_note
from govseal.registry.ledger.proofs import (
    MAX_SIZE,
    Checkpoint,
    ConsistencyProof,
    InclusionProof,
    checkpoint_text,
    verify_consistency,
    verify_inclusion,
)
from notekit import KEY, LEAVES, NAME, PRIVATE, ROOT, refused


def signed(text, key=KEY, private=PRIVATE):
    return sign_note(text, key, private.sign)


def checkpoint(size, root, log=NAME):
    return Checkpoint.parse(signed(checkpoint_text(log, size, root)))


NOTE = checkpoint(2, ROOT).note
TEXT, LINE = NOTE.split("\n\n")


@pytest.mark.parametrize(
    "note",
    [
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("\n", "\u2028"),
        NOTE.replace("—", "―"),
        NOTE.replace("—", "–"),
        NOTE.replace("— ", "—\u00a0"),
        NOTE.replace("— ", "—  "),
        NOTE.replace("\n—", "\n\t—"),
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "\0",
        NOTE.replace("=\n", "==\n"),
        NOTE[:-2] + "\n",
        NOTE.replace(f"— {NAME}", f"— {NAME}\u3000x"),
        TEXT + "\n\n" + LINE * 65,
        NOTE.encode("utf-16"),
        NOTE.encode() + b"\xc0\x80",
    ],
)
def test_a_note_in_another_form_is_none(note):
    assert refused(Checkpoint.parse, note) == "malformed"


@pytest.mark.parametrize(
    "size",
    ["", "02", "+2", "2 ", " 2", "2.0", "2e0", "0x2", "-0", "２", "²", "1" * 20, "1" * 60_000],
)
def test_a_size_in_another_form_is_none(size):
    text = f"{NAME}\n{size}\n{base64.b64encode(ROOT).decode()}\n"
    assert refused(Checkpoint.parse, signed(text)) in {"malformed", "too_large"}


@pytest.mark.parametrize(
    "root",
    ["", "AAAA", base64.b64encode(ROOT)[:-1].decode(), base64.b64encode(ROOT + b"0").decode()],
)
def test_a_root_of_another_length_is_none(root):
    assert refused(Checkpoint.parse, signed(f"{NAME}\n2\n{root}\n")) == "malformed"


def test_the_last_bits_of_base64_are_none():
    """The same bytes in two texts would make two notes of one."""
    encoded = base64.b64encode(ROOT).decode()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = encoded[:-2] + alphabet[alphabet.index(encoded[-2]) + 1] + "="
    assert base64.b64decode(other) == ROOT
    assert refused(Checkpoint.parse, signed(f"{NAME}\n2\n{other}\n")) == "malformed"


def test_further_lines_are_signed_with_the_rest():
    note = signed(f"{checkpoint_text(NAME, 2, ROOT)}further\n")
    Checkpoint.parse(note).verify(KEY)
    assert refused(Checkpoint.parse(note.replace("further\n", "")).verify, KEY) == "note_invalid"
    assert (
        refused(Checkpoint.parse, signed(f"{checkpoint_text(NAME, 2, ROOT)}\nx\n")) == "malformed"
    )


def test_a_key_of_the_same_name_signs_for_nobody_else():
    thief = sm2.PrivateKey.generate()
    theirs = LogKey(NAME, thief.public_key)
    note = signed(checkpoint_text(NAME, 2, ROOT), theirs, thief)
    assert refused(Checkpoint.parse(note).verify, KEY) == "note_invalid"
    # Under the identifier of the right key.
    raw = base64.b64decode(note.split(" ")[-1])
    forged = base64.b64encode(KEY.id + raw[4:]).decode()
    bent = f"{note.split(chr(10) * 2)[0]}\n\n— {NAME} {forged}\n"
    assert refused(Checkpoint.parse(bent).verify, KEY) == "note_invalid"
    # The thief's line before and behind the right one changes nothing.
    for lines in (note.split("\n\n")[1] + LINE, LINE + note.split("\n\n")[1]):
        Checkpoint.parse(f"{TEXT}\n\n{lines}").verify(KEY)


def test_short_and_long_signatures_are_wrong():
    raw = base64.b64decode(LINE.split(" ")[2])
    for bent in (raw[:5], raw[:-1], raw + b"\0", raw[:4] + bytes(64), raw[:4] + b"\xff" * 64):
        note = f"{TEXT}\n\n— {NAME} {base64.b64encode(bent).decode()}\n"
        assert refused(Checkpoint.parse(note).verify, KEY) == "note_invalid"


def test_a_checkpoint_says_what_its_note_says():
    """An object that somebody put together says nothing by itself."""
    given = checkpoint(2, ROOT)
    for bent in (replace(given, size=3), replace(given, root=bytes(32)), replace(given, note=OLD)):
        assert refused(bent.verify, KEY) == "note_invalid"
    proof = InclusionProof(0, (), replace(given, size=1, root=LEAVES[1]), b"1")
    assert refused(proof.verify, KEY) == "note_invalid"


OLD = checkpoint(1, LEAVES[0]).note


def test_a_mark_in_front_makes_another_name():
    assert refused(Checkpoint.parse("\ufeff" + NOTE).verify, KEY) == "note_invalid"


@pytest.mark.parametrize(
    "text",
    [
        KEY.text.replace(KEY.id.hex(), KEY.id.hex().upper()),
        KEY.text.replace(NAME, NAME + "\u200b"),
        KEY.text.replace("+", " + "),
        KEY.text + "=",
        f"{NAME}+{KEY.id.hex()}+{base64.b64encode(b'0x01' + KEY.public_key.encode()).decode()}",
        f"{NAME}+{KEY.id.hex()}+{base64.b64encode(TYPE + bytes(65)).decode()}",
        f"{NAME}+{KEY.id.hex()}+{base64.b64encode(TYPE + KEY.public_key.encode() + b'0').decode()}",
        "x" * 70_000,
    ],
)
def test_a_key_in_another_form_is_none(text):
    assert refused(LogKey.parse, text) == "malformed"


# 证明 · proofs --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sequence", "size", "path"),
    [
        (0, 0, []),
        (1, 1, []),
        (2, 2, [ROOT]),
        (0, 1, [ROOT]),
        (0, 2, []),
        (0, 2, [LEAVES[1], LEAVES[1]]),
        (0, 2, [LEAVES[0]]),
        (MAX_SIZE, MAX_SIZE, []),
        (0, MAX_SIZE, [ROOT] * 64),
        (-1, 2, [ROOT]),
    ],
    ids=range(10),
)
def test_an_inclusion_that_does_not_fit_proves_nothing(sequence, size, path):
    assert refused(verify_inclusion, LEAVES[0], sequence, size, ROOT, path) == "proof_invalid"


@pytest.mark.parametrize(
    ("old", "old_root", "size", "root", "path"),
    [
        (0, EMPTY_ROOT, 2, ROOT, [ROOT]),
        (0, ROOT, 2, ROOT, []),
        (0, EMPTY_ROOT, 0, ROOT, []),
        (2, ROOT, 2, LEAVES[0], []),
        (2, ROOT, 2, ROOT, [ROOT]),
        (2, ROOT, 1, LEAVES[0], []),
        (1, LEAVES[0], 2, ROOT, []),
        (1, LEAVES[0], 2, ROOT, [LEAVES[1], LEAVES[1]]),
        (1, LEAVES[1], 2, ROOT, [LEAVES[1]]),
        (1, LEAVES[0], MAX_SIZE, ROOT, [ROOT] * 64),
        (-1, EMPTY_ROOT, 2, ROOT, []),
    ],
    ids=range(11),
)
def test_a_growth_that_does_not_fit_proves_nothing(old, old_root, size, root, path):
    assert refused(verify_consistency, old, old_root, size, root, path) == "proof_invalid"


def test_an_empty_ledger_has_one_root():
    """A log that signs two has two histories."""
    proof = ConsistencyProof(0, (), checkpoint(0, ROOT))
    assert refused(proof.verify, KEY, old=checkpoint(0, EMPTY_ROOT)) == "proof_invalid"
    assert refused(proof.verify, KEY, old=checkpoint(0, ROOT)) == "proof_invalid"
    good = checkpoint(0, EMPTY_ROOT)
    assert ConsistencyProof(0, (), good).verify(KEY, old=good) == good


@pytest.mark.parametrize(
    "bend", ["old 1\n\n", "old  1\n", "old 01\n", "old 1 \n", "OLD 1\n", "old 1\r\n"]
)
def test_a_growth_in_another_form_is_none(bend):
    text = ConsistencyProof(1, (LEAVES[1],), Checkpoint.parse(NOTE)).text
    assert refused(ConsistencyProof.parse, text.replace("old 1\n", bend)) == "malformed"


def test_a_note_that_nobody_signed_is_none():
    assert refused(Note.parse, f"{TEXT}\n\n") == "malformed"
    witness = LogKey("witness.example", sm2.PrivateKey.generate().public_key)
    strange = LINE.replace(NAME, witness.name)
    assert refused(Checkpoint.parse(f"{TEXT}\n\n{strange}").verify, KEY) == "note_invalid"
