"""Several documents, versions and signatures that build on each other, in one package."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import attacker
import ofd_builder as ofd
import ofd_tampering
from govseal.verification.render.html import render_html
from govseal.verification.render.text import render_text

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
VERSION = '<ofd:Version ID="v{n}" Index="{n}" Current="{current}" BaseLoc="Doc_0/V{n}.xml"/>'


@pytest.fixture(scope="module")
def world(office):
    return ofd_tampering.World(office, AT + timedelta(hours=5))


def judged(office, data, **changes):
    report = office.verify(data, **changes)
    return report.verdict.value, set(report.reasons)


def versions(current, *, names=("Document.xml", "New.xml")):
    """A document of two versions, of which ``current`` (0 for none) counts."""
    rows = "".join(
        VERSION.format(n=number, current=str(number == current).lower()) for number in (1, 2)
    )
    body = ofd.body(more=f"<ofd:Versions>{rows}</ofd:Versions>")
    details = {
        f"Doc_0/V{number}.xml": ofd.xml("DocVersion", f"<ofd:DocRoot>{name}</ofd:DocRoot>")
        for number, name in enumerate(names, start=1)
    }
    new = ofd.files(pages=2)
    return ofd.pack(
        ofd.files()
        | details
        | {
            ofd.ENTRY: ofd.entry(body),
            "Doc_0/New.xml": new[ofd.DOCUMENT],
            ofd_tampering.PAGE_2: new[ofd_tampering.PAGE_2],
        }
    )


@pytest.mark.parametrize(("current", "pages"), [(0, 1), (1, 1), (2, 2)])
def test_the_root_of_the_current_version_counts(office, current, pages):
    data = office.stamp(versions(current))
    assert judged(office, data) == ("passed", set())
    assert len(ofd.evidence(data).signatures) == 1
    assert ofd.evidence(data).pages == pages


def test_a_new_version_under_an_unprotected_root_is_seen(office, world):
    """The legal form of it: the old document was stamped, another one is shown now."""
    old = attacker.with_list(ofd.package(pages=2))
    data = world.left_out(ofd.ENTRY, data=old)
    row = VERSION.format(n=1, current="true")
    moved = ofd.edited(
        data, ofd.ENTRY, "</ofd:DocBody>", f"<ofd:Versions>{row}</ofd:Versions></ofd:DocBody>"
    )
    new = {
        "Doc_0/V1.xml": ofd.xml("DocVersion", "<ofd:DocRoot>New.xml</ofd:DocRoot>"),
        "Doc_0/New.xml": ofd.files()[ofd.DOCUMENT],
    }
    report = office.verify(ofd.with_files(moved, new))
    assert (report.verdict.value, report.reasons) == ("indeterminate", ("rendered_unprotected",))
    named = report.signatures[0].check("coverage").detail
    assert all(name in named for name in ("/OFD.xml", "/Doc_0/V1.xml", "/Doc_0/New.xml"))


def test_a_version_changed_after_stamping_fails(office):
    data = ofd.edited(office.stamp(versions(2)), "Doc_0/V2.xml", "New.xml", "Document.xml")
    assert judged(office, data) == ("failed", {"data_digest_mismatch"})


def test_a_version_whose_root_is_missing_is_malformed(office):
    data = ofd.edited(office.stamp(versions(2)), "Doc_0/V2.xml", "New.xml", "None.xml")
    assert judged(office, data) == ("failed", {"data_digest_mismatch", "malformed"})


def test_stamps_of_two_documents_are_judged_apart(office):
    data = office.stamp(ofd.two_documents())
    data = office.stamp(data, hours=3, page=2)
    report = office.verify(data)
    assert [s.id for s in report.signatures] == ["A/s001", "B/s001"]
    assert (report.verdict.value, report.reasons) == ("passed", ())
    changed = ofd.edited(data, "Doc_1/Pages/Page_0/Content.xml", "第1页", "第9页")
    report = office.verify(changed)
    # Each stamp of the package protects the whole of it.
    assert [s.reasons for s in report.signatures] == [("data_digest_mismatch",)] * 2


# Signatures that build on others


def with_base(data, place, name):
    """The list in which one entry builds on another."""
    row = ofd_tampering.row_of(data, place)
    return ofd.edited(data, ofd.LIST, row, row.replace("/>", f' Relative="{name}"/>'))


def based(office, data):
    return [
        (
            s.verdict.value,
            [(c.outcome.value, c.reason) for c in s.checks if c.name == "base_signature"],
        )
        for s in office.verify(data).signatures
    ]


def test_a_signature_passes_with_its_base(office, world):
    data = with_base(with_base(world.three, 1, "s001"), 2, "s003")
    passed = ("passed", [("passed", "")])
    assert based(office, data) == [("passed", []), passed, passed]


def test_a_signature_fails_with_its_base(office, world):
    data = with_base(with_base(world.three, 1, "s001"), 2, "s003")
    data = ofd.replaced(data, ofd.VALUE, ofd.read(world.other, ofd.VALUE))
    failed = ("failed", [("failed", "base_signature_unverified")])
    assert based(office, data) == [("failed", []), failed, failed]


def test_a_signature_is_open_with_its_base(office, world):
    """The base is of a form that cannot be verified here; what builds on it is sound itself."""
    opened = world.signed(
        world.ses(seal=world.seal(extensions=[{"oid": "1.2.3", "critical": True, "value": b"x"}]))
    )
    data = with_base(office.stamp(opened, hours=6), 1, "s900")
    found = based(office, data)
    assert found == [
        ("indeterminate", []),
        ("indeterminate", [("indeterminate", "base_signature_unverified")]),
    ]


@pytest.mark.parametrize("name", ["s999", "S001", "s003", "/Doc_0/Signs/Sign_0/Signature.xml"])
def test_a_base_that_is_not_there_fails(office, world, name):
    """Nor may a signature be its own base."""
    data = with_base(world.two, 1, name)
    assert judged(office, data) == ("failed", {"base_signature_missing"})


def test_two_signatures_are_no_bases_of_each_other(office, world):
    data = with_base(with_base(world.two, 0, "s003"), 1, "s001")
    verdict, reasons = judged(office, data)
    assert verdict == "failed"
    assert reasons == {"base_signature_missing", "base_signature_unverified"}


def test_a_base_whose_id_two_signatures_have_is_none(office, world):
    row = ofd_tampering.row_of(world.three, 1)
    data = ofd.edited(world.three, ofd.LIST, row, row.replace("s003", "s001"))
    assert judged(office, with_base(data, 2, "s001")) == ("failed", {"base_signature_missing"})


def test_a_long_chain_of_bases_ends(office, world):
    rows = "".join(
        f'<ofd:Signature ID="x{n}" Relative="x{n + 1}" BaseLoc="/{ofd.SIGNATURE}"/>'
        for n in range(400)
    )
    data = ofd.edited(world.one, ofd.LIST, "</ofd:Signatures>", rows + "</ofd:Signatures>")
    assert "base_signature_missing" in judged(office, data)[1]


# The list of signatures


def test_the_bureaus_stamps_in_the_order_of_making_pass(office, world):
    assert judged(office, world.three) == ("passed", set())


def test_which_stamp_is_out_of_its_place_is_said(office, world):
    report = office.verify(ofd_tampering.reordered(world))
    assert [s.id for s in report.signatures] == ["s003", "s001"]
    check = report.signatures[0].check("coverage")
    assert (check.reason, check.detail) == ("signature_reordered", "listed before s001")
    assert report.signatures[1].verdict.value == "passed"


def test_the_last_stamp_dropped_with_its_files_leaves_nothing_to_see(office, world):
    """Documented: nothing in the file speaks of it any more. A later stamp would."""
    data = ofd_tampering.without_row(world.two, 1)
    for name in ("Signature.xml", "SignedValue.dat", "Seal.esl"):
        data = ofd.removed(data, f"{ofd_tampering.SIGN_1}/{name}")
    assert judged(office, data) == ("passed", set())
    assert judged(office, ofd_tampering.dropped_and_gone(world)) == (
        "failed",
        {"reference_missing"},
    )


def test_a_number_of_the_list_that_nobody_signs_changes_nothing(office, world):
    """MaxSignId is bookkeeping: a false one costs no stamp its place."""
    old = ofd.read(world.two, ofd.LIST).decode()
    start = old.index("<ofd:MaxSignId>")
    number = old[start : old.index("</ofd:MaxSignId>")]
    data = ofd.edited(world.two, ofd.LIST, number, "<ofd:MaxSignId>0")
    assert judged(office, data) == ("passed", set())
    again = office.stamp(data, hours=6)
    assert judged(office, again) == ("passed", set())
    assert len({s.id for s in office.verify(again).signatures}) == 3


# Which pages


def pages_of(office, data):
    return [s.pages.to_dict() for s in office.verify(data).signatures]


def covered(*rows, total=3, root=True):
    return {"covered": [list(row) for row in rows], "total": total, "root_protected": root}


@pytest.fixture(scope="module")
def three_pages():
    return attacker.with_list(ofd.package(pages=3))


def test_a_whole_stamp_covers_every_page(office, three_pages):
    data = office.stamp(three_pages)
    assert pages_of(office, data) == [covered((1, 3))]
    assert office.verify(data).to_dict()["signatures"][0]["pages"] == covered((1, 3))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ([ofd_tampering.PAGE_2], covered((1, 1), (3, 3))),
        ([ofd.PAGE, ofd_tampering.PAGE_2], covered((3, 3))),
        ([ofd.ENTRY], covered((1, 3), root=False)),
        ([ofd.IMAGE], covered()),
        ([ofd.DOCUMENT], covered()),
        ([ofd.TEMPLATE], covered()),
        ([ofd.ENTRY, ofd.PAGE], covered((2, 3), root=False)),
    ],
)
def test_a_stamp_covers_no_page_that_it_leaves_out(office, world, three_pages, names, expected):
    data = world.left_out(*names, data=three_pages)
    assert pages_of(office, data) == [expected]


def test_a_page_that_leads_to_something_loose_is_not_covered(office, world, three_pages):
    link = "<ofd:PageRes>Res.xml</ofd:PageRes>"
    data = ofd.replaced(three_pages, ofd_tampering.PAGE_2, ofd.page(more=link))
    data = ofd.with_files(data, {"Doc_0/Pages/Page_1/Res.xml": ofd.xml("Res")})
    assert pages_of(office, office.stamp(data)) == [covered((1, 3))]
    data = world.left_out("Doc_0/Pages/Page_1/Res.xml", data=data)
    assert pages_of(office, data) == [covered((1, 1), (3, 3))]


def test_a_version_file_that_is_left_out_opens_the_root(office, world):
    data = attacker.with_list(versions(2))
    row = "".join(VERSION.format(n=n, current=str(n == 2).lower()) for n in (1, 2))
    data = ofd.edited(
        data, ofd.ENTRY, "</ofd:DocBody>", f"<ofd:Versions>{row}</ofd:Versions></ofd:DocBody>"
    )
    data = world.left_out("Doc_0/V2.xml", data=data)
    assert pages_of(office, data) == [covered((1, 2), total=2, root=False)]


def test_a_later_stamp_covers_for_itself_alone(office, world, three_pages):
    data = office.stamp(world.left_out(ofd.PAGE, data=three_pages), hours=6)
    assert pages_of(office, data) == [covered((2, 3)), covered((1, 3))]


def test_a_signature_that_protects_nothing_covers_no_page(office, world):
    data = attacker.add_signature(
        world.open_list, attacker.signature_xml("<ofd:References/>"), world.ses()
    )
    assert pages_of(office, data) == [covered(total=2, root=False)]


def test_nothing_is_covered_where_a_file_may_lead_anywhere(office, world, three_pages):
    link = "<ofd:CustomTags>Tags.xml</ofd:CustomTags></ofd:Document>"
    data = ofd.edited(three_pages, ofd.DOCUMENT, "</ofd:Document>", link)
    data = ofd.with_files(data, {"Doc_0/Tags.xml": b"<x:illegal-prefix/>"})
    assert pages_of(office, office.stamp(data)) == [covered((1, 3))]
    data = ofd.with_files(office.stamp(data), {"Doc_0/loose.bin": b""})
    assert pages_of(office, data) == [covered()]


def test_people_are_told_which_pages(office, world, three_pages):
    data = world.left_out(ofd.ENTRY, ofd.PAGE, data=three_pages)
    report = office.verify(data)
    zh, en = (render_text(report, lang=lang) for lang in ("zh", "en"))
    assert "第 2–3 页（共 3 页）" in zh
    assert "入口文件未受保护" in zh
    assert "pages protected whole: 2–3 of 3" in en
    assert "the entry file is not protected" in en
    assert "第 2–3 页（共 3 页）" in render_html(report)
    assert "没有一页" in render_text(office.verify(world.left_out(ofd.DOCUMENT, data=three_pages)))
    assert "受保护的页" not in render_text(office.verify(office.stamp(three_pages)))
