"""PEM: what editors and products write around the blocks is read, half a block is refused."""

from __future__ import annotations

import base64

import pytest

from govseal.errors import EncodingError
from govseal.pki.pem import PemBlock, is_pem, read_pem, write_pem


def test_what_is_written_is_read():
    text = write_pem("X509 CRL", bytes(100))
    assert read_pem(text) == (PemBlock("X509 CRL", bytes(100)),)
    assert max(map(len, text.splitlines())) == 64


def test_text_around_line_ends_and_order():
    one, two = write_pem("A", b"1"), write_pem("B 2", b"22")
    text = "说明\n".encode() + one.replace(b"\n", b"\r\n") + b"Bag Attributes\n" + two
    assert [(block.label, block.der) for block in read_pem(text)] == [("A", b"1"), ("B 2", b"22")]


HEADERS = (("Proc-Type", "4,ENCRYPTED"), ("DEK-Info", "AES,00"))


def test_old_headers_are_noticed():
    body = base64.b64encode(b"key")
    text = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES,00\n\n"
    blocks = read_pem(text + body + b"\n-----END RSA PRIVATE KEY-----\n")
    assert blocks == (PemBlock("RSA PRIVATE KEY", b"key", HEADERS),)


def test_no_block_is_no_block():
    assert read_pem(b"") == ()
    assert read_pem(b"-----BEGIN lower-----\n-----END lower-----") == ()


@pytest.mark.parametrize(
    "text",
    [
        b"-----BEGIN A-----\nAAAA\n",
        b"-----BEGIN A-----\nAAAA\n-----END B-----\n",
        b"-----BEGIN A-----\nAAA\n-----END A-----\n",
        b"-----BEGIN A-----\n%%%%\n-----END A-----\n",
        b"-----BEGIN A-----\n\xff\xff\n-----END A-----\n",
    ],
    ids=["not closed", "closed as another", "half a group", "no Base64", "no ASCII"],
)
def test_a_damaged_block_is_refused(text):
    with pytest.raises(EncodingError, match="PEM"):
        read_pem(text)


def test_a_thousand_openings_are_refused_at_once():
    with pytest.raises(EncodingError, match="not closed"):
        read_pem(b"-----BEGIN A-----\n" * 100_000)


def test_der_is_not_taken_for_pem():
    assert not is_pem(b"\x30\x14-----BEGIN A-----\n")
    assert not is_pem(b"")
    assert is_pem(write_pem("A", b""))
