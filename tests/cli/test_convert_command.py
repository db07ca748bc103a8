"""``govseal convert``: a PDF as an OFD, whole or not at all, and what it says of it."""

from __future__ import annotations

import pytest

import pdf_stamping as build
from conversions import facts, opened, picture
from govseal.formats import copies
from govseal.formats.places import Keyword
from pdf_texts import chinese, latin, pdf

SMALL = "/MediaBox [0 0 200 100]"
QUICK = ("--dpi", 72)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Documents that are read alone."""
    root = tmp_path_factory.mktemp("convert")
    office = build.office("sm2")
    permit = pdf(chinese("准予许可（盖章处）", 40, 150), latin("second"))
    title = build.pdf(SMALL, trailer="/Info << /Title (Permit) >>")
    files = {
        "permit.pdf": permit,
        "signed.pdf": office.stamp(permit, Keyword("（盖章处）")),
        "titled.pdf": title,
        "large.pdf": build.pdf("/MediaBox [0 0 6000 4000]"),
        "huge.pdf": build.pdf("/MediaBox [0 0 14400 14400]"),
        "bad.pdf": permit[:300],
        "text.txt": b"any",
    }
    for name, data in files.items():
        (root / name).write_bytes(data)
    return root


def test_a_pdf_becomes_an_ofd(ask, folder, tmp_path):
    target = tmp_path / "permit.ofd"
    answer = ask("convert", folder / "permit.pdf", "-o", target, *QUICK)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"已转换 2 页：{target}\n"
    assert len(opened(target.read_bytes()).pages) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["permit.ofd"]


def test_in_english_and_as_json(ask, folder, tmp_path):
    target = tmp_path / "p.ofd"
    words = ("convert", folder / "titled.pdf", "-o", target, *QUICK)
    assert ask(*words, "--lang", "en").out == f"pages converted: 1, {target}\n"
    answer = ask(*words, "--json")
    assert answer.json == {
        "schema": "govseal.conversion/1",
        "file": "titled.pdf",
        "output": str(target),
        "size": target.stat().st_size,
        "pages": 1,
        "title": "Permit",
        "signatures_left": 0,
        "is_copy": False,
        "notices": [],
    }


def test_resolution_and_title(ask, folder, tmp_path):
    target = tmp_path / "p.ofd"
    options = ("--title", "许可证", "--dpi", 144)
    assert ask("convert", folder / "titled.pdf", "-o", target, *options).status == 0
    data = target.read_bytes()
    assert picture(data).size == (400, 200)
    assert opened(data).metadata()[0].info.title == "许可证"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_200_dpi_without_a_word(ask, folder, tmp_path, language):
    target = tmp_path / "p.ofd"
    assert ask("convert", folder / "titled.pdf", "-o", target, "--lang", language).status == 0
    assert picture(target.read_bytes()).size == (556, 278)


@pytest.mark.req("R-JC29S-10b")
def test_a_signed_pdf_becomes_a_copy_and_it_is_said(ask, folder, tmp_path):
    target = tmp_path / "p.ofd"
    answer = ask("convert", folder / "signed.pdf", "-o", target, *QUICK, "--json")
    assert answer.status == 0
    assert answer.err.startswith("govseal: note: 原文件有 1 个签章或签名，均未带入")
    assert "视同复印件" in answer.err
    assert facts(target.read_bytes())["Note"] == copies.note()
    assert (answer.json["is_copy"], answer.json["signatures_left"]) == (True, 1)
    (notice,) = answer.json["notices"]
    assert (notice["code"], notice["message"] in answer.err) == ("signatures_left", True)
    verified = ask("verify", target, "--json")
    assert (verified.status, verified.json["effect"]) == (4, "copy")


@pytest.mark.slow
@pytest.mark.measured
def test_a_lower_resolution_is_said(ask, folder, tmp_path):
    answer = ask("convert", folder / "large.pdf", "-o", tmp_path / "p.ofd", "--dpi", 300, "--json")
    (notice,) = answer.json["notices"]
    assert (answer.status, notice["code"]) == (0, "resolution_lowered")
    assert "1 (92 dpi)" in notice["message"]
    assert "已降低分辨率" in answer.err


@pytest.mark.slow
def test_to_standard_output(folder, tmp_path, environment):
    import subprocess  # noqa: PLC0415 - for one test
    import sys  # noqa: PLC0415 - as above

    command = [sys.executable, "-m", "govseal", "convert", folder / "titled.pdf", "-o", "-"]
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert len(opened(done.stdout).pages) == 1
    assert done.stderr == b""


def test_then_inspected_stamped_and_verified(ask, desk, folder, tmp_path):
    target, stamped = tmp_path / "permit.ofd", tmp_path / "stamped.ofd"
    assert ask("convert", folder / "permit.pdf", "-o", target, *QUICK).status == 0
    answer = ask("inspect", target, "--json")
    assert (answer.status, answer.json["signatures"]) == (0, [])
    place = ("--keyword", "（盖章处）")
    assert ask("stamp", target, "-o", stamped, *desk.signing, *place).status == 0
    answer = ask("verify", stamped, *desk.trusted, "--json")
    assert (answer.status, answer.json["verdict"]) == (0, "passed")


class TestRefused:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("permit.pdf", "--dpi", 71), "72 到 600"),
            (("permit.pdf", "--dpi", 601), "72 到 600"),
            (("permit.pdf", "--title", "a\nb"), "控制字符"),
            (("text.txt",), "only PDF is converted"),
            (("bad.pdf",), "文件包已损坏"),
            (("huge.pdf",), "5080 x 5080 mm"),
            (("missing.pdf",), "找不到文件"),
        ],
    )
    def test_nothing_is_written(self, ask, folder, tmp_path, words, said):
        name, *options = words
        target = tmp_path / "p.ofd"
        answer = ask("convert", folder / name, "-o", target, *options)
        assert answer.status == 2
        assert said in answer.error
        assert list(tmp_path.iterdir()) == []

    def test_what_was_there_stays(self, ask, folder, tmp_path):
        target = tmp_path / "p.ofd"
        target.write_bytes(b"mine")
        assert ask("convert", folder / "huge.pdf", "-o", target).status == 2
        assert target.read_bytes() == b"mine"

    def test_the_input_is_not_overwritten(self, ask, folder):
        source = folder / "permit.pdf"
        before = source.read_bytes()
        answer = ask("convert", source, "-o", source)
        assert (answer.status, "覆盖输入" in answer.error) == (2, True)
        assert source.read_bytes() == before

    def test_without_a_font_to_mark_copies_with(self, ask, folder, tmp_path, monkeypatch):
        monkeypatch.setattr(copies, "page_font", lambda: None)
        answer = ask("convert", folder / "signed.pdf", "-o", tmp_path / "p.ofd", "--json")
        assert (answer.status, answer.json["code"]) == (1, "E_FONT_MISSING")
        assert list(tmp_path.iterdir()) == []
