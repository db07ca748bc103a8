"""What may not be stamped here; of what is classified not a byte stays (4.2)."""

from __future__ import annotations

import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

import bureaukit
import documentkit
import ofd_builder
from govseal.errors import Refused
from govseal.registry import tables
from govseal.registry.documents.exclusions import check_excluded
from govseal.registry.documents.marks import is_document_marked, is_marked
from govseal.registry.policy import load_policy

SECRET = "关于某某工程的机密★10年内部意见"
TITLE = "不得外传的题目"


def check(bureau, facts=None, data=b"plain"):
    """A request that says what it is about before it is looked at, as a careless step would."""
    with (
        bureau.acting(bureaukit.person("handler")) as b,
        b.call("use.request", TITLE) as call,
    ):
        call.facts["title"] = TITLE
        call.tell("use.requested", TITLE, title=TITLE)
        documentkit.add_request(call.connection, call.at, title=TITLE, document=data)
        check_excluded(call, {"title": TITLE, **(facts or {})}, data)


@pytest.fixture
def ready(bureau):
    documentkit.add_seals(bureau)
    return bureau


@pytest.mark.req("R-JC10-BM-1")
@pytest.mark.req("R-JC10-DA-5b.1–2")
@pytest.mark.req("R-JC29S-18")
@pytest.mark.req("R-HLJ-06")
@pytest.mark.parametrize(
    ("facts", "data"),
    [
        ({"classification": "secret"}, b"plain"),
        ({"classification": "restricted"}, b"plain"),
        ({"remarks": {"further": ["绝密★"]}}, b"plain"),
        ({}, SECRET.encode()),
        ({}, SECRET.encode("utf-16")),
        ({}, SECRET.encode("gb18030")),
    ],
)
def test_of_classified_material_not_a_byte_is_kept(ready, tmp_path, facts, data):
    with pytest.raises(Refused) as refused:
        check(ready, facts, data)
    assert refused.value.code == "E_EXCLUDED_CLASSIFIED"
    with ready.database.begin() as connection:
        assert not connection.execute(sa.select(tables.use_requests)).all()
        (row,) = connection.execute(sa.select(tables.audit_events)).all()
    assert (row.result, row.code, row.subject) == ("refused", "E_EXCLUDED_CLASSIFIED", "")
    kept = b"".join(path.read_bytes() for path in Path(tmp_path).iterdir())
    assert b"E_EXCLUDED_CLASSIFIED" in kept  # the log is there to be looked through
    for word in (TITLE, SECRET, "绝密★"):
        assert word.encode() not in kept
    assert data == b"plain" or data not in kept


@pytest.mark.req("R-HLJ-06")
@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"origin": "ministry_unconnected"}, "E_EXCLUDED_ORIGIN"),
        ({"printable": False}, "E_EXCLUDED_UNPRINTABLE"),
    ],
)
def test_the_other_exclusions_have_their_codes(ready, facts, code):
    ready.profile = load_policy("heilongjiang-2014")
    with pytest.raises(Refused) as refused:
        check(ready, facts)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "facts", [{"excluded_by_law": True}, {"document_type": "certificate"}, {"item_code": "000112"}]
)
def test_what_a_law_excludes_is_listed_in_the_profile(ready, facts):
    barred = replace(ready.profile.switch("excluded_by_law"), value="certificate 000112")
    switches = {**ready.profile.switches, "excluded_by_law": barred}
    ready.profile = replace(ready.profile, switches=switches)
    check(ready, {"document_type": "licence", "item_code": "000113"})
    with pytest.raises(Refused) as refused:
        check(ready, facts)
    assert refused.value.code == "E_EXCLUDED_BY_LAW"


def test_marks_hang_on_the_profile(ready):
    off = replace(ready.profile.switch("classification_marks_refused"), value=False)
    switches = {**ready.profile.switches, "classification_marks_refused": off}
    ready.profile = replace(ready.profile, switches=switches)
    check(ready, data=SECRET.encode())
    with pytest.raises(Refused):
        check(ready, {"classification": "secret"})


@pytest.mark.req("R-HLJ-06")
def test_what_is_not_excluded_passes(ready):
    check(ready, {"classification": "none", "printable": True, "origin": "own"})


@pytest.mark.parametrize(
    "text",
    [
        "秘密★",
        "机密★10年",
        "绝密★",
        "机　密 ★ 长期",
        "绝 密☆30年",
        "秘密*10年",
        "密级：机密",
        "工作秘密★",
    ],
)
def test_marks_are_known(text):
    assert is_marked(text)
    assert is_marked(f"前{text}后".encode("utf-16-be"))


@pytest.mark.parametrize(
    "text",
    [
        "商业秘密",
        "保守国家秘密法",
        "机密文件管理制度",
        "秘密* 见附注",
        "★★★",
        "严守秘密，不得泄露",
        "密级：无",
    ],
)
def test_talk_of_secrets_is_no_mark(text):
    assert not is_marked(text)


# 版式文件 · documents ----------------------------------------------------------------------


def ofd_with(page):
    return ofd_builder.replaced(ofd_builder.package(), "Doc_0/Pages/Page_0/Content.xml", page)


def spread(text):
    """A page on which every character is a TextCode of its own."""
    codes = "".join(f'<ofd:TextCode X="0" Y="4">{letter}</ofd:TextCode>' for letter in text)
    one = b'<ofd:TextCode X="0" Y="4"></ofd:TextCode>'
    return ofd_builder.page("").replace(one, codes.encode())


def pdf_with(content, *, packed=b""):
    """A PDF of one page, whose font says that A, B, C are the characters of a mark."""
    unicode = (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        b"1 begincodespacerange <00> <ff> endcodespacerange 3 beginbfchar <41> <673A> "
        b"<42> <5BC6> <43> <2605> endbfchar endcmap end end"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R"
            b"/Resources<</Font<</F 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(unicode), unicode),
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
    ]
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 8\n0000000000 65535 f \n%strailer<</Size 8/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(data))
    )


SHOWN = b"BT /F 24 Tf 40 200 Td (%s) Tj ET"


@pytest.mark.req("R-JC10-BM-1")
@pytest.mark.parametrize(
    "make",
    [
        lambda: ofd_with(ofd_builder.page("机密★10年")),
        lambda: ofd_with(spread("机密★10年")),
        lambda: ofd_builder.added(
            ofd_builder.package(), **{"Doc_0/Attachs/a.txt": "绝密★".encode("gb18030")}
        ),
        lambda: ofd_builder.added(
            ofd_builder.package(),
            **{"Doc_0/Attachs/a.ofd": ofd_with(ofd_builder.page("绝密★"))},
        ),
        lambda: pdf_with(SHOWN % b"ABC"),
        lambda: pdf_with(SHOWN % b"plain", packed=zlib.compress("秘密★".encode("utf-16-be"))),
        lambda: pdf_with(
            SHOWN % b"plain", packed=zlib.compress(ofd_with(ofd_builder.page("绝密★")))
        ),
    ],
    ids=["page", "spread", "attached text", "attached OFD", "PDF page", "PDF stream", "OFD in PDF"],
)
def test_a_mark_is_found_wherever_it_stands(make):
    assert is_document_marked(make())


@pytest.mark.parametrize(
    "make",
    [
        ofd_builder.package,
        lambda: pdf_with(SHOWN % b"plain"),
        lambda: b"",
        lambda: b"%PDF-1.7 broken stream\n",
        lambda: b"PK\x03\x04" + bytes(100),
    ],
    ids=["OFD", "PDF", "nothing", "broken PDF", "broken OFD"],
)
def test_no_mark_is_found_where_there_is_none(make):
    assert not is_document_marked(make())
