"""``pki init``: the throw-away hierarchy."""

from __future__ import annotations


def test_pki_init_writes_the_hierarchy(ask, tmp_path):
    answer = ask("pki", "init", tmp_path / "pki", "--algorithm", "rsa", "--json")
    assert answer.status == 0
    assert answer.json["password"] == "govseal"
    names = {path.name for path in (tmp_path / "pki").iterdir()}
    wanted = "roots.pem maker.p12 maker.pem signer.p12 signer.pem tsa.p12 tsa.pem"
    assert names == {*wanted.split(), "ca.crl", "maker-ca.crl", "signer.ocsp"}


def test_pki_init_keeps_what_is_there(ask, desk):
    before = desk.path("pki/signer.p12").read_bytes()
    answer = ask("pki", "init", desk.path("pki"))
    assert answer.status == 2
    assert "不是空的" in answer.error
    assert desk.path("pki/signer.p12").read_bytes() == before


def test_pki_init_says_that_it_is_for_tests(ask, tmp_path):
    answer = ask("pki", "init", tmp_path / "pki", "--lang", "en")
    assert "for tests only" in answer.out


def test_pki_init_on_a_file(ask, desk):
    answer = ask("pki", "init", desk.path("note.txt"))
    assert answer.status == 2
    assert "已经存在" in answer.error
