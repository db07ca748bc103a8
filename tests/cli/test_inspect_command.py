"""``govseal inspect``: everything found, nothing judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

import cms_builder
import ofd_builder
import ses_builder
import tokens
from govseal.asn1 import write
from govseal.formats.limits import DEFAULT_LIMITS
from govseal.formats.ofd.compose import compose_document
from govseal.formats.ofd.document import OfdDocument
from govseal.formats.ofd.tree import read_tree
from govseal.formats.pdf import compose as pdf
from govseal.testing import Authority

NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_document(ask, desk):
    answer = ask("inspect", desk.path("stamped.ofd"), "--json")
    assert answer.status == 0
    found = answer.json
    assert (found["schema"], found["format"], found["pages"]) == (
        "govseal.inspection/1",
        "ofd",
        1,
    )
    (signature,) = found["signatures"]
    assert signature["stamp"]["seal"]["name"] == "测试市行政审批服务管理局行政审批专用章"
    assert signature["coverage"] == "whole_file"
    assert all(part["expected"] == part["actual"] for part in signature["protected"])
    assert "/OFD.xml" in {part["name"] for part in found["parts"]}
    assert "verdict" not in answer.out


def test_for_people_in_both_languages(ask, desk):
    chinese = ask("inspect", desk.path("stamped.ofd")).out
    english = ask("inspect", desk.path("stamped.ofd"), "--lang", "en").out
    assert "格式：ofd" in chinese
    assert "format: ofd" in english
    assert len(chinese.splitlines()) == len(english.splitlines())


def test_bare_seal_and_bare_stamp(ask, desk):
    seal = ask("inspect", desk.path("approval.esl"), "--json").json
    stamp = ask("inspect", desk.path("note.ses"), "--json").json
    assert seal["format"] == "seal"
    assert stamp["format"] == "ses"
    assert stamp["signatures"][0]["stamp"]["seal"] == seal["seal"]


@pytest.mark.parametrize("block", [b"", tokens.beside(write.null())])
def test_signed_data_says_whether_it_has_a_time_stamp(ask, tmp_path, block):
    rows = cms_builder.attributes(b"message")
    info = cms_builder.signer_info(signed=rows, unsigned=block)
    (tmp_path / "data.cms").write_bytes(cms_builder.signed_data(info))
    (found,) = ask("inspect", tmp_path / "data.cms", "--json").json["signatures"]
    assert found["signed_data"]["has_time_stamp"] is bool(block)


def test_what_never_ends_is_shown(ask, tmp_path):
    """RFC 5280, 4.1.2.5: 99991231235959Z, which Beijing's calendar has no day for."""
    maker = Authority.create("测试根", at=ses_builder.START, not_after=NEVER).certificate
    seal = ses_builder.seal(certificate=maker.der, not_after=NEVER)
    target = tmp_path / "ever.esl"
    target.write_bytes(seal)
    for command in (("inspect", target), ("seal", "show", target, "--verbose")):
        answer = ask(*command)
        assert answer.status == 0
        assert answer.out.count("9999-12-31T23:59:59+00:00") == 2


def test_damage_is_shown_not_judged(ask, desk, tmp_path):
    target = tmp_path / "cut.ofd"
    target.write_bytes(desk.path("stamped.ofd").read_bytes()[:-40])
    answer = ask("inspect", target, "--json")
    assert answer.status == 0
    assert answer.json["problem"]["code"] == "container_damaged"


def test_unknown_format(ask, desk):
    answer = ask("inspect", desk.path("note.txt"), "--json")
    assert answer.status == 2
    assert answer.json["code"] == "unsupported"


def test_file_that_is_not_there(ask):
    assert ask("inspect", "absent.ofd").error == "absent.ofd：找不到文件"


# --------------------------------------------------------------------------------------- pictures


def test_pictures_of_every_page(ask, desk, tmp_path):
    data = compose_document([["第一页。"], ["第二页。"]], title="测试")
    (tmp_path / "two.ofd").write_bytes(data)
    answer = ask("inspect", tmp_path / "two.ofd", "--pictures", tmp_path / "out/pages", "--json")
    assert answer.status == 0
    names = [tmp_path / "out/pages" / f"page-{number}.png" for number in (1, 2)]
    assert answer.json["pictures"] == [
        {"page": number, "file": str(name)} for number, name in enumerate(names, start=1)
    ]
    assert sorted((tmp_path / "out/pages").iterdir()) == names
    assert all(name.read_bytes().startswith(b"\x89PNG") for name in names)


def test_pictures_are_listed_for_people(ask, desk, tmp_path):
    answer = ask("inspect", desk.path("stamped.ofd"), "--pictures", tmp_path / "pages")
    assert answer.status == 0
    assert "页面图像：1" in answer.out
    assert str(tmp_path / "pages/page-1.png") in answer.out
    assert "pictures" not in ask("inspect", desk.path("stamped.ofd"), "--json").json


def test_pictures_never_overwrite(ask, desk, tmp_path):
    (tmp_path / "page-1.png").write_bytes(b"mine")
    answer = ask("inspect", desk.path("stamped.ofd"), "--pictures", tmp_path)
    assert answer.status == 2
    assert "page-1.png 已经存在" in answer.error
    assert "--pictures" in answer.hint
    assert (tmp_path / "page-1.png").read_bytes() == b"mine"
    assert answer.out == ""


def test_pictures_do_not_follow_a_link_that_leads_nowhere(ask, desk, tmp_path):
    (tmp_path / "page-1.png").symlink_to(tmp_path / "elsewhere.png")
    assert ask("inspect", desk.path("stamped.ofd"), "--pictures", tmp_path).status == 2
    assert not (tmp_path / "elsewhere.png").exists()


def test_pictures_into_a_file(ask, desk):
    answer = ask("inspect", desk.path("stamped.ofd"), "--pictures", desk.path("note.txt"))
    assert answer.status == 2
    assert "已经存在" in answer.error


@pytest.mark.parametrize("name", ["approval.esl", "note.ses"])
def test_what_has_no_pages(ask, desk, tmp_path, name):
    answer = ask("inspect", desk.path(name), "--pictures", tmp_path / "pages", "--json")
    assert answer.status == 2
    assert answer.json["code"] == "unsupported"
    assert not (tmp_path / "pages").exists()


def test_a_page_that_cannot_be_drawn_is_named(ask, tmp_path):
    files = ofd_builder.files()
    files[ofd_builder.PAGE] = b"<broken"
    (tmp_path / "broken.ofd").write_bytes(ofd_builder.pack(files))
    answer = ask("inspect", tmp_path / "broken.ofd", "--pictures", tmp_path / "pages", "--json")
    assert answer.status == 2
    (picture,) = answer.json["pictures"]
    assert picture["page"] == 1
    assert picture["problem"]["code"] == "malformed"
    assert answer.error.startswith("第 1 页：")
    assert list((tmp_path / "pages").iterdir()) == []


def test_pictures_of_a_pdf(ask, tmp_path):
    data = pdf.compose_document([["第一页。"], ["第二页。"]], title="测试")
    (tmp_path / "two.pdf").write_bytes(data)
    answer = ask("inspect", tmp_path / "two.pdf", "--pictures", tmp_path / "pages", "--json")
    assert answer.status == 0
    assert [item["page"] for item in answer.json["pictures"]] == [1, 2]
    assert (tmp_path / "pages/page-2.png").read_bytes().startswith(b"\x89PNG")


def test_a_pdf_that_cannot_be_drawn(ask, tmp_path):
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing follows")
    answer = ask("inspect", tmp_path / "broken.pdf", "--pictures", tmp_path / "pages", "--json")
    assert answer.status == 2
    assert answer.json["schema"] == "govseal.error/1"
    assert not (tmp_path / "pages").exists()


class TestTree:
    def test_every_file_and_who_protects_it(self, ask, desk):
        found = ask("inspect", desk.path("stamped.ofd"), "--json").json
        (document,) = found["tree"]
        assert (document["kind"], document["path"]) == ("document", "/Doc_0/Document.xml")
        (signature,) = found["signatures"]
        assert document["protected_by"] == [signature["id"]]
        kinds = [child["kind"] for child in document["children"]]
        assert kinds == ["resources", "page", "signatures"]
        page = document["children"][1]
        assert (page["name"], page["protected_by"]) == ("1", [signature["id"]])
        assert document["children"][2]["protected_by"] == []
        parts = {part["name"]: part["protected_by"] for part in found["parts"]}
        assert parts["/OFD.xml"] == [signature["id"]]
        assert parts["/Doc_0/Signs/Sign_0/SignedValue.dat"] == []

    def test_templates_media_attachments_and_annotations(self, ask, tmp_path):
        annotations = ofd_builder.xml(
            "Annotations", '<ofd:Page PageID="10"><ofd:FileLoc>Annot.xml</ofd:FileLoc></ofd:Page>'
        )
        data = ofd_builder.edited(
            ofd_builder.package(),
            ofd_builder.DOCUMENT,
            "<ofd:Attachments>",
            "<ofd:Annotations>Annots.xml</ofd:Annotations><ofd:Attachments>",
        )
        data = ofd_builder.with_files(data, {"Doc_0/Annots.xml": annotations})
        (tmp_path / "a.ofd").write_bytes(data)
        (document,) = ask("inspect", tmp_path / "a.ofd", "--json").json["tree"]
        inside = {child["kind"]: child for child in document["children"]}
        assert set(inside) == {"resources", "template", "page", "annotations", "attachments"}
        assert inside["template"]["path"] == "/Doc_0/Tpls/Tpl_0/Content.xml"
        (media,) = inside["resources"]["children"]
        assert (media["kind"], media["path"]) == ("media", "/Doc_0/Res/image.png")
        (attachment,) = inside["attachments"]["children"]
        assert (attachment["id"], attachment["path"]) == ("a1", "/Doc_0/Attachs/data.xml")
        (missing,) = inside["annotations"]["children"]
        assert (missing["path"], missing["is_missing"]) == ("Annot.xml", True)

    def test_versions_say_which_one_shows(self, ask, tmp_path):
        versions = (
            '<ofd:Versions><ofd:Version ID="v1" Version="1" BaseLoc="V1.xml"/>'
            '<ofd:Version ID="v2" Version="2" Current="true" BaseLoc="V2.xml"/></ofd:Versions>'
        )
        files = ofd_builder.files()
        files[ofd_builder.ENTRY] = ofd_builder.entry(ofd_builder.body(more=versions))
        for number in (1, 2):
            root = "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
            files[f"V{number}.xml"] = ofd_builder.xml("DocVersion", root)
        (tmp_path / "v.ofd").write_bytes(ofd_builder.pack(files))
        (document,) = ask("inspect", tmp_path / "v.ofd", "--json").json["tree"]
        rows = [child for child in document["children"] if child["kind"] == "version"]
        assert [(row["id"], row["is_current"]) for row in rows] == [("v1", False), ("v2", True)]

    def test_lines_for_people(self, ask, desk, tmp_path):
        chinese = ask("inspect", desk.path("stamped.ofd")).out
        english = ask("inspect", desk.path("stamped.ofd"), "--lang", "en").out
        assert "签名列表 /Doc_0/Signs/Signatures.xml — 未受保护" in chinese
        assert "list of signatures /Doc_0/Signs/Signatures.xml — unprotected" in english
        assert "Pages/Page_0/Content.xml — protected by #" in english
        (tmp_path / "plain.ofd").write_bytes(ofd_builder.package())
        assert "未受保护" not in ask("inspect", tmp_path / "plain.ofd").out

    def test_what_was_changed_after_signing_is_said(self, ask, tmp_path):
        stamped = ofd_builder.stamped(ofd_builder.package())
        data = ofd_builder.edited(stamped, ofd_builder.PAGE, "</ofd:Page>", " </ofd:Page>")
        (tmp_path / "a.ofd").write_bytes(data)
        chinese = ask("inspect", tmp_path / "a.ofd").out
        english = ask("inspect", tmp_path / "a.ofd", "--lang", "en").out
        assert "Pages/Page_0/Content.xml — 受 #s001 保护，签章后被修改" in chinese
        assert "Pages/Page_0/Content.xml — protected by #s001, changed after signing" in english
        assert chinese.count("签章后被修改") == 1

    def test_other_formats_and_damaged_packages_have_none(self, ask, desk, tmp_path):
        assert ask("inspect", desk.path("approval.esl"), "--json").json["tree"] == []
        (tmp_path / "broken.ofd").write_bytes(ofd_builder.package()[:300])
        answer = ask("inspect", tmp_path / "broken.ofd", "--json")
        assert answer.json["tree"] == []

    @pytest.mark.parametrize("name", [ofd_builder.RESOURCES, ofd_builder.PAGE])
    def test_what_cannot_be_read_is_named_all_the_same(self, ask, tmp_path, name):
        data = ofd_builder.replaced(ofd_builder.package(), name, b"<")
        (tmp_path / "a.ofd").write_bytes(data)
        (document,) = ask("inspect", tmp_path / "a.ofd", "--json").json["tree"]
        assert f"/{name}" in {child["path"] for child in document["children"]}

    def test_one_file_under_many_names_is_not_read_for_ever(self, tmp_path):
        files = ofd_builder.files()
        row = b"<ofd:PageRes>Res.xml</ofd:PageRes></ofd:Page>"
        content = files[ofd_builder.PAGE].replace(b"</ofd:Page>", row)
        pages = "".join(
            f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_0/Content.xml"/>'
            for number in range(10, 110)
        )
        document = files[ofd_builder.DOCUMENT].decode()
        start, end = document.index("<ofd:Pages>"), document.index("</ofd:Pages>")
        document = document[: start + len("<ofd:Pages>")] + pages + document[end:]
        data = ofd_builder.pack(
            {**files, ofd_builder.PAGE: content, ofd_builder.DOCUMENT: document.encode()}
        )
        # Documents and resources take some of it, too.
        limits = replace(DEFAULT_LIMITS, max_xml_bytes=20 * len(content))
        (found,) = read_tree(OfdDocument(data, limits))
        named = [page for page in found.children if page.kind == "page"]
        read = [page for page in named if page.children]
        assert len(named) == 100
        assert 10 < len(read) <= 20
