"""``govseal demo``: what a first visitor sees."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from datetime import UTC, datetime

import pytest

import govseal
from govseal.cli import demo_papers, main
from govseal.errors import FormatError
from govseal.testing.hierarchy import UNIT_NAME

PASSED = ("stamped", "stamped-pdf", "stamped-rsa", "stamped-rsa-pdf", "detached")
FAILED = {"tampered": "data_digest_mismatch", "tampered-pdf": "changed_after_signing"}
FILES = frozenset(
    {
        *("seal.svg", "seal.png", "seal.pdf", "approval.esl", "approval-rsa.esl", "page-1.png"),
        *("input.ofd", "input.pdf", "detached.ses"),
        *("stamped.ofd", "stamped.pdf", "stamped-rsa.ofd", "stamped-rsa.pdf"),
        *("tampered.ofd", "tampered.pdf", "page-1-tampered-pdf.png"),
        *(f"report-{name}.{kind}" for name in (*PASSED, *FAILED) for kind in ("json", "html")),
    }
)
AT = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("demo") / "out"


@pytest.fixture(scope="module")
def said():
    return io.StringIO()


@pytest.fixture(scope="module")
def status(folder, said):
    with contextlib.redirect_stdout(said):
        return main(["demo", "--out", str(folder), "--lang", "zh"])


@pytest.mark.slow
def test_it_ends_well_and_writes_everything(status, folder):
    assert status == 0
    assert {path.name for path in folder.iterdir()} >= FILES
    assert (folder / "pki/roots.pem").is_file()


@pytest.mark.slow
@pytest.mark.parametrize("name", PASSED)
def test_what_is_stamped_passed(status, folder, name):
    report = json.loads((folder / f"report-{name}.json").read_text())
    assert (report["verdict"], report["reasons"]) == ("passed", [])


@pytest.mark.slow
@pytest.mark.parametrize("name", FAILED)
def test_what_is_tampered_with_failed_for_the_right_reason(status, folder, name):
    report = json.loads((folder / f"report-{name}.json").read_text())
    assert (report["verdict"], report["reasons"]) == ("failed", [FAILED[name]])


@pytest.mark.slow
def test_algorithms_are_what_the_names_say(status, folder):
    for name, algorithm in (("stamped-pdf", "sm2-sm3"), ("stamped-rsa-pdf", "rsa-sha256")):
        report = json.loads((folder / f"report-{name}.json").read_text())
        assert report["signatures"][0]["algorithm"] == algorithm


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stamped", "stamped-pdf", "stamped-rsa", "tampered-pdf"])
def test_the_report_shows_page_and_seal(status, folder, name):
    page = (folder / f"report-{name}.html").read_text()
    assert page.count('src="data:image/') == 2


@pytest.mark.slow
def test_the_tampered_pdf_keeps_every_signed_byte(status, folder):
    stamped, tampered = ((folder / f"{name}.pdf").read_bytes() for name in ("stamped", "tampered"))
    assert tampered.startswith(stamped)
    plain = [govseal.page_picture(data, marks=False) for data in (stamped, tampered)]
    assert plain[0] != plain[1]


@pytest.mark.slow
def test_its_files_verify_from_the_command_line(status, folder, ask):
    trust = ("--trust", folder / "pki/roots.pem", "--crl", folder / "pki")
    assert ask("verify", folder / "stamped.ofd", *trust).status == 0
    assert ask("verify", folder / "tampered.ofd", *trust).status == 1
    assert ask("verify", folder / "input.ofd", *trust).status == 4
    assert ask("verify", folder / "stamped.pdf", *trust).status == 0
    assert ask("verify", folder / "tampered.pdf", *trust).status == 1
    assert ask("verify", folder / "input.pdf", *trust).status == 4
    assert ask("verify", folder / "stamped-rsa.pdf", *trust).status == 3  # another root
    rsa = ("--trust", folder / "pki-rsa/roots.pem", "--crl", folder / "pki-rsa")
    assert ask("verify", folder / "stamped-rsa.pdf", *rsa).status == 0
    assert ask("verify", folder / "stamped-rsa.ofd", *rsa).status == 0
    detached = ("--detached", folder / "detached.ses")
    assert ask("verify", folder / "input.ofd", *detached, *trust).status == 0


@pytest.mark.slow
def test_it_says_what_each_file_is(status, said):
    lines = said.getvalue().splitlines()
    assert {line.split()[0] for line in lines if line.startswith("  ")} >= FILES
    assert "被改动的副本" in said.getvalue()
    assert "如预期" in said.getvalue()


@pytest.mark.slow
@pytest.mark.measured
def test_it_can_be_run_again_in_english_and_json(status, folder, ask, tmp_path):
    again = shutil.copytree(folder, tmp_path / "out")
    answer = ask("demo", "--out", again, "--lang", "en", "--json")
    assert answer.status == 0
    assert answer.json["as_expected"] is True
    assert answer.json["verdicts"]["tampered.ofd"] == "failed"
    assert 'lang="en"' in (again / "report-stamped.html").read_text()


def test_folder_that_cannot_be_made(ask, desk):
    answer = ask("demo", "--out", desk.path("note.txt"))
    assert answer.status == 2
    assert "已经存在" in answer.error


def test_the_seal_rides_on_both_closing_lines():
    letter = demo_papers.permit(UNIT_NAME, AT)
    assert letter.closing[1] == "2026年12月1日"  # the day in Beijing
    place = letter.place(42)
    lines = letter.lines[-2:]
    assert tuple(line.text for line in lines) == letter.closing
    for line in lines:
        assert place.y_mm < line.top_mm
        assert line.top_mm + line.height_mm < place.y_mm + 42
        assert line.x_mm < place.x_mm + 42 / 2 < line.x_mm + line.width_mm


def test_both_formats_say_the_same_in_the_same_places():
    letter = demo_papers.permit(UNIT_NAME, AT)
    ofd = demo_papers.Package.open(letter.to_ofd()).read(demo_papers._PAGE).decode()
    for line in letter.lines:
        assert f">{line.text}<" in ofd
    assert letter.to_pdf() == letter.to_pdf()
    assert letter.to_pdf() != demo_papers.permit(UNIT_NAME, AT, years="九年").to_pdf()


def test_a_seal_rides_on_lines():
    with pytest.raises(ValueError, match="rides on lines"):
        demo_papers.place_over([], 42)


def test_nothing_to_tamper_with():
    other = demo_papers.permit(UNIT_NAME, AT, years="三年")
    with pytest.raises(FormatError, match="not on the page"):
        demo_papers.tampered_ofd(other.to_ofd(), AT)
    with pytest.raises(FormatError, match="no trailer"):
        demo_papers.tampered_pdf(b"%PDF-1.4", other)
