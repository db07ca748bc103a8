"""``govseal stamp``: pages, keywords, seams, invisible; and ``govseal sign``, without a seal."""

from __future__ import annotations

import pytest

from govseal.formats.ofd.compose import compose_document
from govseal.formats.pdf.compose import compose_document as compose_pdf

PARAGRAPHS = [["甲方（盖章）："], ["第二页。"], ["乙方（盖章）："], ["第四页。"]]


@pytest.fixture(scope="module")
def contract(tmp_path_factory):
    folder = tmp_path_factory.mktemp("contract")
    (folder / "contract.ofd").write_bytes(compose_document(PARAGRAPHS, title="合同"))
    (folder / "contract.pdf").write_bytes(compose_pdf(PARAGRAPHS, title="合同"))
    return folder


@pytest.fixture
def stamp(ask, desk, contract, tmp_path):
    """Runs ``stamp`` on the contract into a new file."""

    def call(*words, kind="ofd"):
        call.target = tmp_path / f"out.{kind}"
        source = contract / f"contract.{kind}"
        return ask("stamp", source, "-o", call.target, *desk.signing, *words, "--json")

    call.target = tmp_path / "out.ofd"
    return call


@pytest.fixture
def shown(ask, stamp):
    """Page, left, top and clip of every box of the one stamp."""

    def call():
        (signature,) = ask("inspect", stamp.target, "--json").json["signatures"]
        rows = signature["appearances"]
        return [(row["page"], row["x_mm"], row["y_mm"], row["clip_mm"]) for row in rows]

    return call


def passed(ask, desk, path):
    answer = ask("verify", path, *desk.trusted, "--json")
    return answer.status, [item["verdict"] for item in answer.json["signatures"]]


@pytest.mark.parametrize(
    ("pages", "expected"),
    [("1-3", [1, 2, 3]), ("all", [1, 2, 3, 4]), ("last", [4]), ("3-", [3, 4])],
)
def test_the_same_place_on_several_pages(stamp, shown, pages, expected):
    assert stamp("--place", f"{pages},150,220").status == 0
    assert shown() == [(page, 150, 220, None) for page in expected]


def test_a_seam(ask, desk, stamp, shown):
    words = ("--seam", "right", "--seam-margin", "2", "--seam-offset", "50", "--pages", "1-2")
    assert stamp(*words).status == 0
    assert shown() == [(1, 187, 50, [0, 0, 21, 42]), (2, 166, 50, [21, 0, 21, 42])]
    assert passed(ask, desk, stamp.target) == (0, ["passed"])


def test_a_seam_in_groups(stamp, shown):
    assert stamp("--seam", "left", "--seam-group", "2").status == 0
    assert [(page, clip[0]) for page, _, _, clip in shown()] == [(1, 21), (2, 0), (3, 21), (4, 0)]


def test_facing_pages(stamp, shown):
    assert stamp("--seam", "facing").status == 0
    assert [page for page, *_ in shown()] == [1, 2, 2, 3, 3, 4]


def test_a_keyword(ask, desk, stamp, shown):
    assert stamp("--keyword", "（盖章）", "--occurrence", "last").status == 0
    ((page, left, top, clip),) = shown()
    assert (page, clip) == (3, None)
    assert stamp("--keyword", "（盖章）", "--occurrence", "2", "--shift", "10,-5.5").status == 0
    assert shown() == [(3, left + 10, pytest.approx(top - 5.5), None)]
    assert stamp("--keyword", "盖 章", "--pages", "3").status == 0
    assert shown()[0][0] == 3
    assert passed(ask, desk, stamp.target) == (0, ["passed"])


def test_on_words_and_across_pages_in_one_stamp(ask, desk, stamp, shown):
    words = ("--keyword", "盖章", "--occurrence", "all", "--seam", "right", "--place", "4,20,20")
    assert stamp(*words).status == 0
    assert [page for page, *_ in shown()] == [4, 1, 3, 1, 2, 3, 4]
    assert passed(ask, desk, stamp.target) == (0, ["passed"])


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_invisible(ask, desk, stamp, shown, kind):
    assert stamp("--invisible", kind=kind).status == 0
    assert shown() == []
    assert passed(ask, desk, stamp.target) == (0, ["passed"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--keyword", "公章"), "keyword_not_found"),
        (("--keyword", "盖章"), "keyword_ambiguous"),
        (("--keyword", "盖章", "--occurrence", "3"), "keyword_not_found"),
        (("--keyword", "盖章", "--occurrence", "1", "--shift", "500,0"), "outside_page"),
        (("--keyword", "盖章", "--pages", "5"), "no_such_page"),
        (("--place", "3-9,1,1"), "no_such_page"),
        (("--seam", "right", "--pages", "2"), "too_few_pages"),
        (("--seam", "right", "--seam-offset", "290"), "outside_page"),
        (("--seam", "top", "--seam-margin", "300"), "outside_page"),
    ],
)
def test_refusals(stamp, words, code):
    answer = stamp(*words)
    assert (answer.status, answer.json["code"]) == (1, code)
    assert answer.error.startswith(f"{code}：")
    assert not stamp.target.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--seam", "right"), "seam_unsupported"),
        (("--place", "all,1,1"), "unsupported"),
        (("--keyword", "盖章"), "keyword_not_found"),  # outlines, no text
        (("--place", "5-,1,1"), "no_such_page"),
    ],
)
def test_refusals_of_pdf(stamp, words, code):
    answer = stamp(*words, kind="pdf")
    assert (answer.status, answer.json["code"]) == (1, code)
    assert not stamp.target.exists()


def test_what_helps(stamp):
    assert "--occurrence" in stamp("--keyword", "盖章").hint
    assert "--place" in stamp("--keyword", "公章").hint
    assert "OFD" in stamp("--seam", "right", kind="pdf").hint


@pytest.mark.parametrize(
    "words",
    [
        ("--invisible", "--place", "1,1,1"),
        ("--invisible", "--seam", "right"),
        ("--invisible", "--keyword", "x"),
        ("--invisible", "--detached"),
        ("--detached", "--seam", "right"),
        ("--detached", "--keyword", "x"),
        ("--detached", "--seam-offset", "0"),
        ("--place", "1,1,1", "--occurrence", "1"),
        ("--place", "1,1,1", "--shift", "1,1"),
        ("--place", "1,1,1", "--pages", "1"),
        ("--place", "1,1,1", "--seam-margin", "0"),
        ("--keyword", "x", "--seam-group", "2"),
        ("--seam", "facing", "--seam-group", "2"),
        ("--seam", "right", "--seam-group", "1"),
        ("--seam", "right", "--seam-margin", "-1"),
        ("--seam", "middle"),
        ("--seam", "right", "--pages", "0"),
        ("--seam", "right", "--seam-offset", "a"),
        ("--keyword", " "),
        ("--keyword", "x", "--occurrence", "0"),
        ("--keyword", "x", "--occurrence", "first"),
        ("--keyword", "x", "--shift", "1"),
        ("--place", "3-1,1,1"),
    ],
)
def test_options_that_do_not_go_together(stamp, words):
    answer = stamp(*words)
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert not stamp.target.exists()


def test_in_two_steps(ask, desk, contract, tmp_path):
    """The places wait in the file too; the signature value is what a device would give."""
    waiting = tmp_path / "p.json"
    seal = ("--seal", desk.path("approval.esl"), "--cert", desk.path("pki/signer.pem"))
    words = (*seal, "--seam", "right", "--keyword", "乙方")
    assert ask("stamp", contract / "contract.ofd", "--prepare", waiting, *words).status == 0
    assert '"kind": "seam"' in waiting.read_text()
    assert '"kind": "keyword"' in waiting.read_text()
    wrong = tmp_path / "wrong"
    wrong.write_bytes(bytes(64))
    finish = ("stamp", "--finish", waiting, "--signature", wrong, "-o", tmp_path / "out.ofd")
    assert ask(*finish, "--json").json["code"] == "signature_invalid"
    assert ask(*finish, "--seam", "right", "--json").json["code"] == "usage"


@pytest.mark.parametrize("kind", ["ofd", "pdf"])
def test_sign(ask, desk, contract, tmp_path, kind):
    target = tmp_path / f"signed.{kind}"
    key = ("--key", desk.path("pki/signer.p12"), "--password-file", desk.path("password"))
    answer = ask("sign", contract / f"contract.{kind}", "-o", target, *key, "--json")
    assert answer.status == 0
    assert answer.json["schema"] == "govseal.sign/1"
    report = ask("verify", target, *desk.trusted, "--json")
    assert report.status == 0
    (signature,) = report.json["signatures"]
    assert (signature["kind"], signature["verdict"]) == ("signature", "passed")
    again = tmp_path / f"again.{kind}"
    whole = ask("sign", target, "-o", again, *key, "--protect", "whole", "--json")
    assert whole.status == (0 if kind == "ofd" else 1)  # in PDF it has to be the first
    if kind == "ofd":
        assert ask("sign", again, "-o", target, *key, "--json").json["code"] == "whole_protected"


def test_what_sign_refuses(ask, desk, tmp_path):
    key = ("--key", desk.path("pki/signer.p12"), "--password-file", desk.path("password"))
    out = tmp_path / "out"
    answer = ask("sign", desk.path("note.txt"), "-o", out, *key, "--json")
    assert (answer.status, answer.json["code"]) == (2, "unsupported")
    answer = ask("sign", desk.path("permit.ofd"), "-o", desk.path("permit.ofd"), *key, "--json")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    answer = ask("sign", desk.path("permit.ofd"), "-o", out, "--json")
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert not out.exists()
