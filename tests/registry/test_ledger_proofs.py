"""Checkpoints, proofs, the key that signs: what an auditor gets, and what he must not believe."""

from __future__ import annotations

import base64
import hashlib
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ledgerkit
from govseal import sm2
from govseal.errors import GovsealError, KeyLoadError, Refused, RegistryError
from govseal.registry import Bureau
from govseal.registry.ledger.notes import LogKey, Note, sign_note
from govseal.registry.ledger.proofs import (
    Checkpoint,
    ConsistencyProof,
    InclusionProof,
    checkpoint_text,
)
from govseal.testing import Hierarchy
from mutations import mutated
from notekit import KEY, LEAVES, NAME, PRIVATE, ROOT, refused

NOTE = sign_note(checkpoint_text(NAME, 2, ROOT), KEY, PRIVATE.sign)
CHECKPOINT = Checkpoint.parse(NOTE)
PROOF = InclusionProof(1, (LEAVES[0],), CHECKPOINT, b"1")
OLD = Checkpoint.parse(sign_note(checkpoint_text(NAME, 1, LEAVES[0]), KEY, PRIVATE.sign))
GROWTH = ConsistencyProof(1, (LEAVES[1],), CHECKPOINT)


# The form, byte by byte.


def test_the_form_of_a_note():
    """As C2SP signed-note and tlog-checkpoint write it, with the type for unassigned algorithms."""
    point = PRIVATE.public_key.encode()
    key_id = hashlib.sha256(NAME.encode() + b"\n\xffgovseal.sm2-sm3" + point).digest()[:4]
    text, signature = NOTE.split("\n\n")
    assert text == f"{NAME}\n2\n{base64.b64encode(ROOT).decode()}"
    dash, name, encoded = signature.rstrip("\n").split(" ")
    assert (dash, name) == ("—", NAME)
    raw = base64.b64decode(encoded)
    assert (raw[:4], len(raw)) == (key_id, 68)
    PRIVATE.public_key.verify_raw(raw[4:], f"{text}\n".encode())


@pytest.mark.interop
def test_openssl_verifies_a_checkpoint(tmp_path):
    """Nothing of ours takes part but the text: the key as SubjectPublicKeyInfo, r ‖ s as DER."""
    text, line = NOTE.split("\n\n")
    raw = base64.b64decode(line.split(" ")[2])[4:]
    spki = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d034200")
    encoded = base64.encodebytes(spki + PRIVATE.public_key.encode()).decode()
    (tmp_path / "key.pem").write_text(
        f"-----BEGIN PUBLIC KEY-----\n{encoded}-----END PUBLIC KEY-----\n"
    )
    (tmp_path / "signature").write_bytes(sm2.encode_signature(raw))

    def verified(signed: str) -> bool:
        (tmp_path / "text").write_text(signed, encoding="utf-8")
        words = "openssl pkeyutl -verify -pubin -inkey key.pem -sigfile signature -in text -rawin"
        more = "-digest sm3 -pkeyopt distid:1234567812345678"
        command = [*words.split(), *more.split()]
        return (
            subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
        )

    assert verified(f"{text}\n")
    assert not verified(text)


def test_the_form_of_proofs():
    assert PROOF.text.startswith("c2sp.org/tlog-proof@v1\nextra MQ==\nindex 1\n")
    assert PROOF.text.endswith(f"\n\n{NOTE}")
    assert InclusionProof.parse(PROOF.text.encode()) == PROOF
    assert GROWTH.text.startswith("old 1\n")
    assert ConsistencyProof.parse(GROWTH.text) == GROWTH
    assert LogKey.parse(KEY.text + "\n") == KEY


def test_proofs_hold():
    assert PROOF.verify(KEY) == CHECKPOINT
    assert PROOF.verify(KEY, leaf=LEAVES[1]) == CHECKPOINT
    assert replace(PROOF, entry=None).verify(KEY, leaf=LEAVES[1]) == CHECKPOINT
    assert GROWTH.verify(KEY, old=OLD) == CHECKPOINT


def test_signatures_of_strangers_are_passed_over():
    """A witness may sign beside the ledger's key; nobody here knows him."""
    witness = LogKey("witness.example", sm2.PrivateKey.generate().public_key)
    both = NOTE + sign_note("x\n", KEY, PRIVATE.sign).split("\n\n")[1].replace(NAME, witness.name)
    Checkpoint.parse(both).verify(KEY)
    assert refused(Checkpoint.parse(both).verify, witness) == "note_invalid"


# What does not hold.


def test_other_keys_and_logs_do_not_hold():
    other = LogKey(NAME, sm2.PrivateKey.generate().public_key)
    assert refused(CHECKPOINT.verify, other) == "note_invalid"
    assert refused(CHECKPOINT.verify, LogKey("other", KEY.public_key)) == "note_invalid"
    renamed = sign_note(checkpoint_text("other", 2, ROOT), KEY, PRIVATE.sign)
    assert refused(Checkpoint.parse(renamed).verify, KEY) == "note_invalid"
    assert refused(sign_note, "x\n", other, PRIVATE.sign) == "note_invalid"


def test_another_size_or_root_is_not_what_was_signed():
    for old, new in (("\n2\n", "\n3\n"), (base64.b64encode(ROOT).decode(), "A" * 43 + "=")):
        bent = NOTE.replace(old, new)
        assert refused(Checkpoint.parse(bent).verify, KEY) == "note_invalid"


def test_a_wrong_signature_beside_a_right_one_spoils_the_note():
    line = NOTE.split("\n\n")[1]
    raw = bytearray(base64.b64decode(line.split(" ")[2]))
    raw[-1] ^= 1
    wrong = f"— {NAME} {base64.b64encode(raw).decode()}\n"
    assert refused(Note.parse(NOTE + wrong).verify, KEY) == "note_invalid"


def test_proofs_that_do_not_hold():
    assert refused(PROOF.verify, KEY, leaf=LEAVES[0]) == "proof_invalid"
    assert refused(replace(PROOF, entry=b"2").verify, KEY) == "proof_invalid"
    assert refused(replace(PROOF, entry=None).verify, KEY) == "proof_invalid"
    assert refused(replace(PROOF, sequence=0).verify, KEY) == "proof_invalid"
    assert refused(replace(PROOF, path=()).verify, KEY) == "proof_invalid"
    assert refused(GROWTH.verify, KEY, old=CHECKPOINT) == "proof_invalid"
    forged = sign_note(checkpoint_text(NAME, 1, bytes(32)), KEY, PRIVATE.sign)
    assert refused(GROWTH.verify, KEY, old=Checkpoint.parse(forged)) == "proof_invalid"


@pytest.mark.parametrize(
    "text",
    [
        "",
        NAME,
        NOTE.rstrip("\n"),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace("—", "-"),
        NOTE.replace("\n2\n", "\n02\n"),
        NOTE.replace("\n2\n", "\n-2\n"),
        NOTE.replace("\n2\n", "\n9223372036854775808\n"),
        NOTE.replace("\n2\n", "\n\n2\n"),
        NOTE.replace("\n2\n", "\n٢\n"),
        NOTE.replace("\n2\n", "\r\n2\r\n"),
        NOTE.replace("=\n\n", "\n\n"),
        NOTE.replace("=\n\n", "=\n\n\n"),
        NOTE.replace(f"— {NAME}", f"— {NAME}+1"),
        NOTE + "— x AAAA\n",
        NOTE + "— x AAAAAAAA!\n",
        NOTE + "— x AAAAAAB=\n",
        NOTE + "— x AAAAAAAA\n" * 64,
    ],
)
def test_what_is_no_checkpoint(text):
    assert refused(Checkpoint.parse, text) == "malformed"


def test_endless_texts_are_not_read():
    assert refused(Checkpoint.parse, "x" * 70_000) == "too_large"
    assert refused(InclusionProof.parse, b"x" * (3 << 20)) == "too_large"
    assert refused(Checkpoint.parse, "\ud800" + NOTE) == "malformed"
    assert refused(Checkpoint.parse, b"\xff" + NOTE.encode()) == "malformed"
    assert refused(InclusionProof.parse, b"\xff" + NOTE.encode()) == "malformed"


@pytest.mark.parametrize(
    "text",
    [
        PROOF.text.replace("@v1", "@v2"),
        PROOF.text.replace("index 1\n", ""),
        PROOF.text.replace("index 1\n", "index 01\n"),
        PROOF.text.replace("extra MQ==", "extra MQ"),
        PROOF.text.replace("\n\n", "\n"),
        PROOF.text.replace("index 1\n", "index 1\nAAAA\n"),
        PROOF.text.replace("index 1\n", "index 1\n" + "A" * 43 + "=\n" * 65),
        GROWTH.text,
    ],
)
def test_what_is_no_proof(text):
    assert refused(InclusionProof.parse, text) == "malformed"


def test_what_is_no_growth_and_no_key():
    assert refused(ConsistencyProof.parse, PROOF.text) == "malformed"
    for text in (
        "",
        "a+b",
        KEY.text.replace(KEY.id.hex(), "00000000"),
        KEY.text[:-4],
        f"{NAME}+{KEY.id.hex()}+AQID",
        f"a b+{KEY.id.hex()}+{KEY.text.rsplit('+', 1)[1]}",
    ):
        assert refused(LogKey.parse, text) == "malformed"


TEXTS = [text.encode() for text in (NOTE, PROOF.text, GROWTH.text, KEY.text)]


@given(st.sampled_from(TEXTS).flatmap(mutated) | st.binary(max_size=60))
def test_bent_bytes_only_give_our_errors(data):
    for act in (
        lambda: Checkpoint.parse(data).verify(KEY),
        lambda: InclusionProof.parse(data).verify(KEY),
        lambda: ConsistencyProof.parse(data).verify(KEY, old=OLD),
        lambda: LogKey.parse(data.decode(errors="replace")),
    ):
        try:
            act()
        except GovsealError:
            continue


# From a bureau.


def test_a_bureau_proves_what_it_wrote(any_bureau):
    ledgerkit.fill(any_bureau, 3)
    ledger = any_bureau.ledger
    key, first = ledger.key, ledger.checkpoint()
    assert ledger.checkpoint() == first
    proof = ledger.prove(2)
    assert proof.checkpoint == first
    assert proof.entry is None
    with any_bureau.database.begin() as connection:
        added = ledgerkit.note(connection)
    later = InclusionProof.parse(ledger.prove(added, shows_entry=True).text)
    assert later.verify(key, leaf=added.leaf).size == 7
    growth = ConsistencyProof.parse(ledger.prove_growth(first).text)
    assert growth.verify(key, old=first).size == 7
    assert LogKey.parse(key.text) == key


def test_what_is_not_there_is_not_proven(bureau):
    assert bureau.ledger.checkpoint().size == 0
    with pytest.raises(Refused) as error:
        bureau.ledger.prove(0)
    assert error.value.code == "E_NOT_FOUND"
    assert refused(bureau.ledger.prove_growth, CHECKPOINT) == "proof_invalid"


def test_a_tree_with_a_hole_proves_nothing(bureau):
    ledgerkit.fill(bureau, 3)
    ledgerkit.Thief(bureau)("delete from ledger_nodes where level = 1")
    assert refused(bureau.ledger.checkpoint) == "ledger_broken"


# The key.


def test_the_key_is_encrypted_at_rest(bureau, sqlite_url):
    bureau.ledger.checkpoint()
    with Bureau.open(sqlite_url, profile="jincheng") as without:
        assert without.ledger.key == bureau.ledger.key
        ledgerkit.fill(bureau, 1)
        assert refused(without.ledger.checkpoint) == "secrets_missing"
        with pytest.raises(RegistryError):
            without.ledger.prove(0)
    with (
        Bureau.open(sqlite_url, profile="jincheng", secrets=bytes(16)) as other,
        pytest.raises(KeyLoadError),
    ):
        other.ledger.checkpoint()


def test_a_bureau_without_secrets_has_no_key_until_it_needs_one(sqlite_url):
    with Bureau.open(sqlite_url, profile="jincheng") as without:
        assert without.ledger.key is None
        assert refused(without.ledger.checkpoint) == "secrets_missing"
    with Bureau.open(sqlite_url, profile="jincheng", secrets=bytes(16)) as opened:
        checkpoint = opened.ledger.checkpoint()
        checkpoint.verify(opened.ledger.key)


@pytest.fixture(scope="module")
def holder() -> Hierarchy:
    """A signer, as a device is one."""
    return Hierarchy.create("sm2", at=ledgerkit.AT)


def test_a_device_may_hold_the_key(sqlite_url, holder):
    options = {"profile": "jincheng", "secrets": bytes(16)}
    with Bureau.open(sqlite_url, **options, ledger_signer=holder.signer) as opened:
        checkpoint = opened.ledger.checkpoint()
        key = opened.ledger.key
        assert key.public_key == holder.signer.certificate.public_key.material
        checkpoint.verify(key)
        with opened.database.begin() as connection:
            ledgerkit.note(connection)
    with Bureau.open(sqlite_url, **options) as opened:
        assert refused(opened.ledger.checkpoint) == "secrets_missing"
    with Bureau.open(sqlite_url, **options, ledger_signer=holder.maker) as opened:
        assert refused(opened.ledger.checkpoint) == "ledger_key"


def test_the_key_is_an_sm2_key(sqlite_url):
    rsa = Hierarchy.create("rsa", at=ledgerkit.AT)
    assert refused(Bureau.open, sqlite_url, profile="jincheng", ledger_signer=rsa.signer) == (
        "ledger_key"
    )


def test_a_damaged_key_is_told(bureau):
    ledgerkit.Thief(bureau)("update settings set value = '{}' where name = 'ledger_key'")
    assert refused(bureau.ledger.checkpoint) == "ledger_key"
