"""``govseal demo``: what a first visitor sees."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import UTC, datetime

import pytest

from govseal.cli import demo
from govseal.errors import FormatError
from govseal.formats.ofd.compose import compose_document

FILES = frozenset(
    {
        *("seal.svg", "seal.png", "approval.esl", "page-1.png"),
        *("input.ofd", "stamped.ofd", "tampered.ofd", "detached.ses"),
        *("report-stamped.json", "report-stamped.html"),
        *("report-tampered.json", "report-tampered.html"),
    }
)
AT = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "out"


@pytest.fixture(scope="module")
def status(folder):
    return demo.run(Namespace(out=folder, json=False))


def test_it_ends_well_and_writes_everything(status, folder):
    assert status == 0
    assert {path.name for path in folder.iterdir()} >= FILES
    assert (folder / "pki/roots.pem").is_file()


def test_stamped_passed_and_tampered_failed_for_the_right_reason(status, folder):
    stamped = json.loads((folder / "report-stamped.json").read_text())
    tampered = json.loads((folder / "report-tampered.json").read_text())
    assert stamped["verdict"] == "passed"
    assert tampered["verdict"] == "failed"
    assert tampered["reasons"] == ["data_digest_mismatch"]


def test_the_report_shows_page_and_seal(status, folder):
    page = (folder / "report-stamped.html").read_text()
    assert page.count("data:image/png;base64,") == 2


def test_its_files_verify_from_the_command_line(status, folder, ask):
    trust = ("--trust", folder / "pki/roots.pem", "--crl", folder / "pki")
    assert ask("verify", folder / "stamped.ofd", *trust).status == 0
    assert ask("verify", folder / "tampered.ofd", *trust).status == 1
    assert ask("verify", folder / "input.ofd", *trust).status == 4
    detached = ("--detached", folder / "detached.ses")
    assert ask("verify", folder / "input.ofd", *detached, *trust).status == 0


def test_it_can_be_run_again_and_says_what_each_file_is(status, folder, ask):
    answer = ask("demo", "--out", folder)
    assert answer.status == 0
    assert {line.split()[0] for line in answer.out.splitlines() if line.startswith("  ")} >= FILES
    assert "被改动的副本" in answer.out
    assert "如预期" in answer.out


@pytest.mark.slow
def test_english_and_json(ask, tmp_path):
    answer = ask("demo", "--out", tmp_path / "out", "--lang", "en", "--json")
    assert answer.status == 0
    assert answer.json["as_expected"] is True
    assert answer.json["verdicts"]["tampered.ofd"] == "failed"
    assert 'lang="en"' in (tmp_path / "out/report-stamped.html").read_text()


def test_folder_that_cannot_be_made(ask, desk):
    answer = ask("demo", "--out", desk.path("note.txt"))
    assert answer.status == 2
    assert "已经存在" in answer.error


def test_the_seal_rides_on_both_closing_lines():
    title, paragraphs, closing = demo.permit_text(AT)
    assert closing[1] == "2026年12月1日"  # the day in Beijing
    document = compose_document([paragraphs], title=title, closing=closing)
    page = demo.Package.open(document).read("Doc_0/Pages/Page_0/Content.xml")
    place = demo.place_over(page, closing, 42)
    for line in closing:
        x, y, width, height = demo._line_box(page, line)
        assert place.y_mm < y
        assert y + height < place.y_mm + 42
        assert x < place.x_mm + 42 / 2 < x + width


def test_lines_that_are_not_on_the_page():
    with pytest.raises(FormatError, match="not on the page"):
        demo.place_over(b"<Page/>", ["2026"], 42)
