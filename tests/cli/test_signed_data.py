"""``govseal verify`` and ``inspect`` on signed data: beside its file, and with it inside."""

from __future__ import annotations

import pytest

import govseal
from govseal import load_signer, make_signed_data


@pytest.fixture(scope="module")
def signed(desk, tmp_path_factory):
    """The same signature twice: ``note.p7s`` beside the note, ``whole.p7s`` around it."""
    folder = tmp_path_factory.mktemp("signed")
    signer = load_signer(desk.path("pki/signer.p12"), password="govseal")
    content = desk.path("note.txt").read_bytes()
    at = signer.certificate.not_before
    for name, attached in (("note.p7s", False), ("whole.p7s", True)):
        made = make_signed_data(content, signer, attached=attached, signed_at=at)
        (folder / name).write_bytes(made)
    (folder / "other.txt").write_bytes(content + b"\n")
    return folder


@pytest.mark.parametrize("name", ["note.p7s", "whole.p7s"])
def test_signed_data_beside_its_file_passes(ask, desk, signed, name):
    words = ("--detached", signed / name, *desk.trusted, "--json")
    answer = ask("verify", desk.path("note.txt"), *words)
    assert (answer.status, answer.json["reasons"]) == (0, [])
    (signature,) = answer.json["signatures"]
    assert (signature["kind"], answer.json["verdict"]) == ("signature", "passed")


@pytest.mark.parametrize("name", ["note.p7s", "whole.p7s"])
def test_beside_another_file_it_fails(ask, desk, signed, name):
    words = ("--detached", signed / name, *desk.trusted, "--json")
    answer = ask("verify", signed / "other.txt", *words)
    assert (answer.status, answer.json["reasons"]) == (1, ["data_digest_mismatch"])


def test_by_itself_it_passes_only_with_the_file_inside(ask, desk, signed):
    answer = ask("verify", signed / "whole.p7s", *desk.trusted, "--json")
    assert (answer.status, answer.json["reasons"]) == (0, [])
    answer = ask("verify", signed / "note.p7s", *desk.trusted, "--json")
    assert (answer.status, answer.json["reasons"]) == (3, ["document_absent"])


def test_the_file_inside_is_given_back(signed, desk):
    (found,) = govseal.inspect(signed / "whole.p7s").signatures
    assert found.data == desk.path("note.txt").read_bytes()


@pytest.mark.parametrize("name", ["note.p7s", "whole.p7s"])
def test_signed_data_is_shown(ask, signed, name):
    answer = ask("inspect", signed / name, "--json")
    assert answer.status == 0
