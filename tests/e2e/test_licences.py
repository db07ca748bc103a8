"""An e-licence under a seal: a wrong identifier is noticed, the verdict is the seal's."""

from __future__ import annotations

import pytest

import govseal
import ofd_builder as ofd
from govseal.verification.render.html import render_html
from govseal.verification.render.text import render_text

NUMBER = govseal.LicenceIdentifier.make("11100000000013338W011", "11430000006122244L", "2026000001")
RIGHT = NUMBER.text
WRONG = RIGHT[:-1] + ("A" if NUMBER.check != "A" else "B")
FAULTY = (
    "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
)
TAG = "Doc_0/Tags/CustomTag.xml"


def with_custom_data(data, name, value):
    """The document with one more of its own metadata."""
    row = f'<ofd:CustomData Name="{name}">{value}</ofd:CustomData>'
    info = f"<ofd:CustomDatas>{row}</ofd:CustomDatas></ofd:DocInfo>"
    return ofd.edited(data, ofd.ENTRY, "</ofd:DocInfo>", info)


def with_tag(data, tag, page):
    """The document with a tag file, and a page."""
    listed = "<ofd:CustomTags>Tags/CustomTags.xml</ofd:CustomTags></ofd:Document>"
    entry = "<ofd:CustomTag><ofd:FileLoc>CustomTag.xml</ofd:FileLoc></ofd:CustomTag>"
    files = {"Doc_0/Tags/CustomTags.xml": ofd.xml("CustomTags", entry), TAG: tag}
    data = ofd.edited(data, ofd.DOCUMENT, "</ofd:Document>", listed)
    return ofd.replaced(ofd.with_files(data, files), ofd.PAGE, ofd.page(page))


@pytest.mark.parametrize(
    ("name", "text", "notices"),
    [
        ("证照标识", RIGHT, ()),
        ("证照标识", WRONG, ("licence_check_wrong",)),
        ("证照标识", FAULTY, ("licence_check_faulty_variant",)),
        ("证照标识", "2026-1", ("licence_identifier_malformed",)),
        (
            "zzbs",
            RIGHT.replace(".001.", ".000."),
            ("licence_check_wrong", "licence_version_invalid"),
        ),
        ("其他", f"见 {WRONG}", ("licence_check_wrong",)),
        ("其他", "2026-1", ()),
    ],
)
def test_the_verdict_stays_and_the_fault_is_noticed(office, name, text, notices):
    report = office.verify(office.stamp(with_custom_data(ofd.package(), name, text)))
    assert report.verdict is govseal.Verdict.PASSED
    assert (report.reasons, report.notices) == ((), notices)


def test_a_strict_policy_does_not_refuse_it(office):
    data = office.stamp(with_custom_data(office.document, "证照标识", WRONG))
    report = office.verify(data, policy=govseal.Policy(strict=True))
    assert report.verdict is govseal.Verdict.PASSED
    assert report.notices == ("licence_check_wrong",)


def test_an_identifier_that_a_tag_leads_to(office):
    reference = '<ofd:ObjectRef PageRef="10">91</ofd:ObjectRef>'
    tag = f'<a xmlns:ofd="{ofd.NAMESPACE}"><证照标识>{reference}</证照标识></a>'.encode()
    report = office.verify(office.stamp(with_tag(ofd.package(), tag, FAULTY)))
    assert report.verdict is govseal.Verdict.PASSED
    assert report.notices == ("licence_check_faulty_variant",)


@pytest.mark.parametrize(
    "tag", [b"<broken zzbs", "<a>证照标识".encode(), b"<!DOCTYPE a><a>zzbs</a>"]
)
def test_a_tag_file_that_cannot_be_read_changes_nothing(office, tag):
    report = office.verify(office.stamp(with_tag(ofd.package(), tag, "测试")))
    assert report.verdict is govseal.Verdict.PASSED
    assert report.reasons == ()


def test_an_identifier_altered_after_stamping_fails_by_its_digest(office):
    data = office.stamp(with_custom_data(ofd.package(), "证照标识", RIGHT))
    data = ofd.edited(data, ofd.ENTRY, RIGHT, WRONG)
    report = office.verify(data)
    assert report.verdict is govseal.Verdict.FAILED
    assert report.notices == ("licence_check_wrong",)


@pytest.mark.req("R-JC29L-13")
def test_a_licence_must_carry_a_seal(office):
    data = with_custom_data(ofd.package(), "证照标识", RIGHT)
    report = office.verify(data)
    assert (report.verdict, report.notices) == (govseal.Verdict.UNSIGNED, ())
    report = office.verify(data, policy=govseal.Policy(require_seal=True))
    assert report.verdict is govseal.Verdict.FAILED
    assert report.reasons == ("required_seal_missing",)


def test_both_reports_say_it(office):
    report = office.verify(office.stamp(with_custom_data(office.document, "证照标识", FAULTY)))
    line = "  · 注意 licence_check_faulty_variant：证照标识的校验位不正确"
    assert line in render_text(report)
    assert "  · notice licence_check_faulty_variant: " in render_text(report, lang="en")
    assert "与一种已知的错误程序算出的相同" in render_html(report)


@pytest.mark.parametrize(("fields", "notices"), [(1_000, ("licence_check_wrong",)), (20_000, ())])
def test_a_verifier_passes_over_what_is_longer_than_any_licence(office, fields, notices):
    """20,000 fields in front: the identifier is not reached, and nothing else changes."""
    rows = "".join(f"<b>{number}</b>" for number in range(fields))
    tag = f"<a>{rows}<证照标识>{WRONG}</证照标识></a>".encode()
    report = office.verify(office.stamp(with_tag(ofd.package(), tag, "测试")))
    assert report.verdict is govseal.Verdict.PASSED
    assert report.notices == notices
