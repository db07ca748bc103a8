"""The HTML report: self-contained, escaped, in both languages."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from govseal.seal.picture import SealPicture
from govseal.verification.render.html import render_fragment, render_html
from govseal.verification.report import Verdict
from reports import HOSTILE, PIXEL, check, report, signature

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """Elements, attributes and text of a page; refuses what is not nested properly."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.texts, self.open = [], [], [], []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.extend((tag, *pair) for pair in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def values(self, name):
        return [value for _, attribute, value in self.attributes if attribute == name]


PASSED = signature(check("coverage", "passed"), check("timestamp", "skipped"))
FAILED = signature(
    check("data_digest", "failed", "data_digest_mismatch", detail="/Doc_0/Page.xml"),
    notices=("quirk_q8",),
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("given", [(PASSED,), (FAILED,), (PASSED, FAILED), ()])
def test_it_is_a_whole_page_of_its_own(lang, given):
    page = Page(render_html(report(*given), lang, [PIXEL]))
    assert page.tags[:2] == ["html", "head"]
    assert not {"script", "link", "iframe", "object", "embed", "form", "a", "base"} & set(page.tags)
    assert all(value.startswith("data:image/") for value in page.values("src"))
    assert not page.values("href")
    assert not page.values("style")
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]


def test_policy_lets_in_only_its_own_style():
    text = render_html(report(PASSED))
    (policy,) = [v for v in Page(text).values("content") if v.startswith("default-src 'none'")]
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert "script-src" not in policy
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_both_languages_and_everything_that_identifies(lang):
    page = Page(render_html(report(FAILED), lang))
    for words in (
        *("电子签章验证报告", "Electronic Seal Verification Report", "不通过", "failed"),
        *("受保护的内容在签章后被修改", "protected content was changed after stamping"),
        *("permit.ofd", "12,345", "ab" * 32, "cd" * 32, "2026-06-01 18:00:00"),
        *("测试市行政审批服务管理局行政审批专用章", "99000000000001", "C=CN, CN=签章人"),
        *("data_digest", "/Doc_0/Page.xml", "GB/T 38540-2020, 7.3", "govseal 0.1.0"),
        *("时间写法不标准", "a time is written otherwise than the standard asks"),
    ):
        assert words in page.text.replace("\xa0", " "), words


def test_the_language_decides_what_comes_first():
    chinese, english = (Page(render_html(report(PASSED), lang)) for lang in ("zh", "en"))
    assert chinese.text.index("电子签章验证报告 Electronic") > 0
    assert "电子签章验证报告" not in english.text.split("Electronic Seal")[0]
    assert ("html", "lang", "zh-CN") in chinese.attributes
    assert ("html", "lang", "en") in english.attributes


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_stays_text(lang):
    hostile = signature(
        check(HOSTILE, "failed", HOSTILE, detail=HOSTILE),
        notices=(HOSTILE,),
        name=HOSTILE,
        id=HOSTILE,
        seal_id=HOSTILE,
    )
    given = report(hostile, file=HOSTILE, format=HOSTILE, reasons=(HOSTILE,))
    text = render_html(given, lang)
    page = Page(text)
    assert "script" not in page.tags
    assert page.tags.count("img") == 1
    assert "<script>alert(1)</script>" in page.text
    assert not [char for char in text if char != "\n" and not char.isprintable() and char != "\xa0"]
    text.encode("utf-8")


def test_imprint_and_pages_are_inside():
    page = Page(render_html(report(PASSED), "zh", [PIXEL, PIXEL]))
    assert len(page.values("src")) == 3
    assert "页面图像 2" in page.text


PLAIN_SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4">'
    b'<path fill="#FF0000" d="M0 0L4 0L4 4Z"/></svg>'
)


def test_an_imprint_of_nothing_but_outlines_is_shown():
    given = report(signature(check("coverage", "passed"), picture=PLAIN_SVG, picture_kind="svg"))
    (source,) = Page(render_html(given)).values("src")
    assert source.startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize(
    ("picture", "kind"),
    [
        (PLAIN_SVG.replace(b"<path", b"<path onclick='alert(1)'"), "svg"),
        (PLAIN_SVG.replace(b"<path", b"<image href='http://example.org/'/><path"), "svg"),
        (PLAIN_SVG.replace(b"</svg>", b"<style>*{}</style></svg>"), "svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "svg"),
        (b"BM" + bytes(60), "bmp"),
        (b"PK\x03\x04", "ofd"),
        (b"what?", "unknown"),
        (PIXEL[:20], "png"),
        (b"<script>", "png"),
        (b"\xff\xd8\xff", "jpeg"),
        (b"", "png"),
    ],
)
def test_pictures_that_are_not_shown(picture, kind):
    given = report(signature(check("coverage", "passed"), picture=picture, picture_kind=kind))
    page = Page(render_html(given, "zh", [picture]))
    assert page.values("src") == []
    assert "印模不可显示" in page.text


def test_a_picture_bomb_is_not_handed_to_the_browser():
    gif = b"GIF89a" + (0xFFFF).to_bytes(2, "little") * 2 + bytes(3) + b"\x2c" + bytes(9)
    assert SealPicture("", gif, 1, 1).pixel_size() == (65535, 65535)
    page = Page(render_html(report(PASSED), "zh", [gif]))
    assert len(page.values("src")) == 1


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_its_banner(verdict):
    page = Page(render_html(report(verdict=verdict)))
    assert ("section", "class", f"banner {verdict.value}") in page.attributes


def test_a_bare_seal_has_no_time_of_stamping():
    bare = signature(check("seal_signature", "passed"), is_bare=True)
    page = Page(render_html(report(bare, format="seal")))
    assert "印章 1" in page.text
    assert "签章时间" not in page.text


def test_what_befell_the_container_is_listed():
    damaged = check("container", "failed", "container_damaged")
    page = Page(render_html(report(checks=(damaged,), verdict=Verdict.FAILED)))
    assert "文件包已损坏" in page.text


# ------------------------------------------------------------------------- inside another page


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_fragment_is_the_inside_of_a_page(lang):
    page = Page(render_fragment(report(FAILED), lang, {7: PIXEL}))
    assert page.tags[0] == "header"
    assert not {"html", "style", "script", "a", "form"} & set(page.tags)
    assert "页面图像 7，只供查看，不作依据" in page.text
    assert "permit.ofd" in page.text


def test_a_fragment_folds_what_passed():
    given = signature(check("coverage", "passed"), check("data_digest", "failed", "malformed"))
    shown, folded = render_fragment(report(given)).split("<details")
    assert ("data_digest" in shown, "<code>coverage</code>" in shown) == (True, False)
    assert "data_digest" in folded
    assert "<code>coverage</code>" in folded
    assert "<details" not in render_html(report(given))


def test_a_hint_for_the_command_line_is_told_otherwise():
    given = report(signature(check("signer_chain", "indeterminate", "no_trust_anchor")))
    assert "--trust" in render_html(given)
    assert "--trust" not in render_fragment(given)
    assert "请联系其管理员" in render_fragment(given)


def test_hostile_text_stays_text_in_a_fragment():
    given = signature(check(HOSTILE, "failed", HOSTILE, detail=HOSTILE), name=HOSTILE)
    page = Page(render_fragment(report(given, file=HOSTILE), "zh", {1: b"<script>"}))
    assert "script" not in page.tags
    assert page.tags.count("img") == 1
