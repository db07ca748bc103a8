"""``govseal extract``, and what ``govseal inspect`` lists of metadata and attachments."""

from __future__ import annotations

from hashlib import sha256

import pytest

import ofd_builder as ofd

CONTENT = b"<data>1</data>"
RIGHT = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
FAULTY = (
    "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
)


@pytest.fixture(scope="module")
def stamped():
    return ofd.stamped()


@pytest.fixture
def extract(ask, tmp_path):
    """Extracts from these bytes into ``out.xml`` of the folder."""

    def call(data, name="data", *words):
        (tmp_path / "in.ofd").write_bytes(data)
        return ask("extract", tmp_path / "in.ofd", name, "-o", tmp_path / "out.xml", *words)

    return call


def listing(*rows):
    """Attachments.xml of names, all of one file; their IDs count from a1."""
    return ofd.xml(
        "Attachments",
        "".join(
            f'<ofd:Attachment ID="a{number}" Name="{name}"><ofd:FileLoc>data.xml</ofd:FileLoc>'
            "</ofd:Attachment>"
            for number, name in enumerate(rows, start=1)
        ),
    )


def test_a_covered_attachment(extract, stamped, tmp_path):
    answer = extract(stamped)
    assert answer.status == 0
    assert (tmp_path / "out.xml").read_bytes() == CONTENT
    assert answer.out.splitlines() == [
        f"已提取 data（14 字节，SHA-256 {sha256(CONTENT).hexdigest()}）",
        "  签章 s001：在保护范围内，内容未变",
        "  签章是否有效未在此验证，请用 govseal verify",
    ]


def test_in_english_and_as_json(extract, stamped, tmp_path):
    assert "signature s001: covers it, unchanged" in extract(stamped, "data", "--lang", "en").out
    found = extract(stamped, "a1", "--json").json
    assert (found["schema"], found["name"], found["size"]) == ("govseal.extraction/1", "data", 14)
    assert found["covers"] == [{"signature": "s001", "file": "covered", "list": "covered"}]
    assert found["output"] == str(tmp_path / "out.xml")


@pytest.mark.parametrize(
    ("part", "old", "new"),
    [
        (ofd.ATTACHMENT, ">1<", ">2<"),
        (ofd.ATTACHMENTS, "<ofd:Attachment ", "<ofd:Attachment  "),
    ],
)
def test_what_was_changed_is_said(extract, stamped, part, old, new):
    answer = extract(ofd.edited(stamped, part, old, new))
    assert "签章 s001：签章后被修改" in answer.out
    assert "没有签章保护该附件" in answer.out
    assert "govseal verify" not in answer.out


@pytest.mark.parametrize(
    ("part", "said", "together"),
    [
        (ofd.ATTACHMENT, "签章 s001：不在保护范围内", "没有签章保护该附件"),
        (ofd.ATTACHMENTS, "签章 s001：保护其内容，不保护其名称", "没有签章同时保护其内容和名称"),
    ],
)
def test_what_lies_outside_is_said(extract, stamped, part, said, together):
    answer = extract(ofd.unreferenced(stamped, part))
    assert [line.strip() for line in answer.out.splitlines()[1:]] == [said, together]


def test_a_digest_that_cannot_be_compared_is_no_change(extract, stamped):
    old, new = 'CheckMethod="1.2.156.10197.1.401"', 'CheckMethod="1.2.3.4"'
    answer = extract(ofd.edited(stamped, ofd.SIGNATURE, old, new))
    assert [line.strip() for line in answer.out.splitlines()[1:]] == [
        "签章 s001：杂凑值无法比对",
        "没有签章保护该附件",
    ]


def test_nobody_signed_it(extract):
    assert extract(ofd.package()).out.splitlines()[1:] == ["  没有签章保护该附件"]


def test_to_standard_output(ask, stamped, tmp_path):
    (tmp_path / "in.ofd").write_bytes(stamped)
    answer = ask("extract", tmp_path / "in.ofd", "data", "-o", "-")
    assert answer.out.encode() == CONTENT
    assert "签章 s001" in answer.err


@pytest.mark.parametrize("name", ["/etc/passwd", "../../out", "a\u202eb"])
def test_the_name_inside_is_no_path(extract, tmp_path, name):
    data = ofd.replaced(ofd.package(), ofd.ATTACHMENTS, listing(name))
    before = set(tmp_path.parent.iterdir())
    answer = extract(data, name)
    assert answer.status == 0
    assert (tmp_path / "out.xml").read_bytes() == CONTENT
    assert "\u202e" not in answer.out
    assert set(tmp_path.parent.iterdir()) == before


def test_without_such_an_attachment(extract, tmp_path):
    answer = extract(ofd.package(), "else")
    assert (answer.status, answer.error, answer.hint) == (
        *(2, "没有这个附件", "文件中的附件：data"),
    )
    assert not (tmp_path / "out.xml").exists()


def test_without_any(extract):
    data = ofd.replaced(ofd.package(), ofd.ATTACHMENTS, ofd.xml("Attachments"))
    assert extract(data).hint == "文件中的附件：无"


def test_a_name_that_several_have(extract, tmp_path):
    data = ofd.replaced(ofd.package(), ofd.ATTACHMENTS, listing("data", "data"))
    answer = extract(data)
    assert (answer.status, answer.error, answer.hint) == (
        *(2, "有多个同名附件", "用标识指定其一：a1、a2"),
    )
    assert not (tmp_path / "out.xml").exists()
    assert extract(data, "a2").status == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (ofd.removed(ofd.package(), ofd.ATTACHMENT), "malformed"),
        (ofd.doubled(ofd.package(), ofd.ATTACHMENT), "container_duplicate_name"),
        (ofd.package()[:-30], "container_damaged"),
        (b"%PDF-1.4\n", "unsupported"),
        (b"no document", "unsupported"),
    ],
    ids=["missing", "doubled", "damaged", "PDF", "unknown"],
)
def test_what_cannot_be_read_is_refused(extract, tmp_path, data, code):
    answer = extract(data, "data", "--json")
    assert (answer.status, answer.json["code"]) == (2, code)
    assert not (tmp_path / "out.xml").exists()


def test_the_document_is_not_overwritten(ask, tmp_path):
    (tmp_path / "in.ofd").write_bytes(ofd.package())
    answer = ask("extract", tmp_path / "in.ofd", "data", "-o", tmp_path / "in.ofd")
    assert answer.status == 2
    assert (tmp_path / "in.ofd").read_bytes() == ofd.package()


# ------------------------------------------------------------------------------------- inspect


@pytest.fixture
def looked(ask, tmp_path):
    """What ``govseal inspect`` says of a document with this custom data."""

    def call(rows, *words):
        data = "".join(f'<ofd:CustomData Name="{k}">{v}</ofd:CustomData>' for k, v in rows)
        info = f"<ofd:CustomDatas>{data}</ofd:CustomDatas></ofd:DocInfo>"
        package = ofd.edited(ofd.package(), ofd.ENTRY, "</ofd:DocInfo>", info)
        (tmp_path / "in.ofd").write_bytes(package)
        return ask("inspect", tmp_path / "in.ofd", *words)

    return call


def test_metadata_for_people(looked):
    lines = looked([("证照名称", "测试\u202e许可证")]).out.splitlines()
    assert "        - 证照名称：测试\\u202e许可证" in lines
    assert "    附件：1" in lines
    english = looked([("证照名称", "x")], "--lang", "en").out.splitlines()
    assert "    attachments: 1" in english


@pytest.mark.parametrize(
    ("text", "check", "codes"),
    [
        (RIGHT, "right", []),
        (RIGHT[:-1] + "V", "wrong", ["licence_check_wrong"]),
        (FAULTY, "faulty_variant", ["licence_check_faulty_variant"]),
        ("1.2.156.3005.2", None, ["licence_identifier_malformed"]),
    ],
)
def test_an_identifier_with_the_verdict_on_its_check_character(looked, text, check, codes):
    answer = looked([("证照标识", text)], "--json")
    (document,) = answer.json["documents"]
    (found,) = document["licence"]["identifiers"]
    assert (answer.status, found["text"], found["source"]) == (0, text, "custom_data")
    assert (found["check"], [item["code"] for item in found["faults"]]) == (check, codes)


def test_a_fault_is_said_in_words(looked):
    wrong = looked([("证照标识", FAULTY)]).out
    assert "校验位不正确，与一种已知的错误程序算出的相同" in wrong
    assert "校验位应为：D" in wrong
    assert "known faulty program" in looked([("证照标识", FAULTY)], "--lang", "en").out
