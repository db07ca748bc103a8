"""The page: verdicts in both languages, refusals as pages, and what protects it."""

from __future__ import annotations

import ast
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import flask
import pytest

from govseal_server import create_app
from govseal_server.app import HEADERS
from govseal_server.language import TEXTS, size_text
from govseal_server.problems import PROBLEMS
from govseal_server.results import Result
from reports import HOSTILE, PIXEL, check, report, signature

ROOT = Path(__file__).resolve().parents[2]
SERVER = ROOT / "server" / "govseal_server"
MAX_VIEW = 15


class Elements(HTMLParser):
    """The elements of a page."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, attrs))

    def of(self, tag):
        return [attributes for name, attributes in self.found if name == tag]

    @property
    def attributes(self):
        return {name for _, attributes in self.found for name, _ in attributes}


@pytest.mark.parametrize(
    ("address", "asked", "lang"),
    [
        ("/", "", "zh-CN"),
        ("/", "zh-TW,en;q=0.5", "zh-CN"),
        ("/", "en-US,en;q=0.9", "en"),
        ("/", "fr, de", "zh-CN"),
        ("/", "de, zh;q=0, EN;q=0.1", "en"),
        ("/?lang=en", "zh-CN", "en"),
        ("/?lang=zh", "en", "zh-CN"),
        ("/?lang=xx", "en", "en"),
    ],
)
def test_the_language_of_the_page(client, address, asked, lang):
    page = client.get(address, headers={"Accept-Language": asked} if asked else {})
    assert f'<html lang="{lang}">' in page.text
    assert page.headers["Content-Language"] == ("en" if lang == "en" else "zh")
    assert "Set-Cookie" not in page.headers


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("stamped.ofd", ("签章真实有效", "Every stamp is genuine and valid")),
        ("tampered.ofd", ("受保护的内容在签章后被修改", "protected content was changed")),
        ("input.ofd", ("文件没有电子签章", "The file carries no stamp")),
        ("approval.esl", ("签章真实有效", "Every stamp is genuine and valid")),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_verdict(client, form, name, words, lang):
    page = client.post(f"/?lang={lang}", **form(file=name))
    assert page.status_code == 200
    first, second = words if lang == "zh" else reversed(words)
    assert page.text.index(first) < page.text.index(second)
    assert page.text.index(f'<p class="subject">{name}</p>') < page.text.index("banner")
    assert 'download="govseal-' in page.text


@pytest.mark.parametrize("name", ["stamped.ofd", "letter.pdf"])
def test_imprint_and_page_are_shown(client, form, name):
    page = client.post("/", **form(file=name))
    assert len(re.findall(r'<img src="data:image/png;base64,', page.text)) == 2
    assert "页面图像 1，只供查看，不作依据" in page.text


def test_a_bare_seal_has_no_page(client, form):
    page = client.post("/", **form(file="approval.esl"))
    assert "页面图像" not in page.text


def test_a_detached_stamp(client, form):
    page = client.post("/", **form(file="input.ofd", detached="detached.ses"))
    assert '<section class="banner passed">' in page.text
    assert "页面图像" not in page.text


def test_nothing_is_folded_but_what_passed(client, form):
    page = client.post("/", **form(file="tampered.ofd")).text
    before, folded = page.split("<details", 1)
    assert "data_digest" in before
    assert "signature_value" not in before
    assert "signature_value" in folded


def test_a_hint_of_the_page_names_no_options(form):
    page = create_app().test_client().post("/", **form(file="stamped.ofd")).text
    assert "请联系其管理员" in page
    assert "用 --" not in page


# ------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_unknown_format(client, lang):
    fields = {"file": (io.BytesIO(b"<script>alert(1)</script>"), "<script>.png")}
    page = client.post(f"/?lang={lang}", data=fields, content_type="multipart/form-data")
    assert page.status_code == 415
    title = PROBLEMS["format_unsupported"].title[lang == "en"]
    assert f"<strong>{title}</strong>" in page.text
    assert "<code>format_unsupported</code>" in page.text
    assert "alert(1)" not in page.text
    assert 'type="file"' in page.text


def test_no_file(client):
    page = client.post("/", data={}, content_type="multipart/form-data")
    assert page.status_code == 400
    assert "没有收到文件" in page.text


def test_too_large(settings):
    client = create_app({**settings, "max_upload_bytes": 1000}).test_client()
    fields = {"file": (io.BytesIO(bytes(5000)), "a.ofd")}
    page = client.post("/?lang=en", data=fields, content_type="multipart/form-data")
    assert page.status_code == 413
    assert "The file is too large" in page.text
    assert 'data-max="1000"' in page.text


@pytest.mark.parametrize(("address", "status"), [("/nowhere", 404), ("/static/../app.py", 404)])
def test_no_such_page(client, address, status):
    page = client.get(address)
    assert page.status_code == status
    assert "没有这个页面" in page.text


def test_another_method(client):
    page = client.put("/")
    assert page.status_code == 405
    assert "text/html" in page.content_type


# ------------------------------------------------------------------------------------ protection


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", "/"),
        ("post", "/"),
        ("get", "/healthz"),
        ("post", "/v1/verify"),
        ("get", "/nowhere"),
        ("get", "/report.css"),
        ("get", "/static/page.js"),
    ],
)
def test_headers_are_everywhere(client, method, address):
    with getattr(client, method)(address) as response:
        assert {name: response.headers[name] for name in HEADERS} == HEADERS


def test_the_policy_lets_nothing_run_inside_a_page():
    policy = HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert HEADERS["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/", "/?lang=en"])
def test_nothing_comes_from_elsewhere(client, address):
    text = client.get(address).text
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    assert not re.search(r"<script(?! src=)", text)
    assert not re.search(r"<[^>]* (?:style|on[a-z]+)=", text)
    assert "<style" not in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_hostile_text_stays_text(app, lang):
    hostile = signature(check(HOSTILE, "failed", HOSTILE, detail=HOSTILE), name=HOSTILE, id=HOSTILE)
    shown = Result(report(hostile, file=HOSTILE), lang, {1: PIXEL, 2: b"<script>"})
    with app.test_request_context(f"/?lang={lang}"):
        page = flask.render_template("result.html", result=shown)
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)" in page
    elements = Elements(page)
    assert [dict(attributes).get("src", "")[-8:] for attributes in elements.of("script")] == [
        "/page.js"
    ]
    assert len(elements.of("img")) == 2
    assert not [name for name in elements.attributes if name.startswith("on")]


def test_a_hostile_language_is_not_repeated(client):
    page = client.get("/?lang=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
    assert "alert(1)" not in page.text


# ------------------------------------------------------------------------------------- the house


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def test_views_are_short():
    views = functions(SERVER / "views.py")
    assert len(views) > 4
    assert not [view.name for view in views if view.end_lineno - view.lineno + 1 > MAX_VIEW]


def test_every_view_is_in_the_manual(app):
    text = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    rules = {rule.rule for rule in app.url_map.iter_rules()} - {"/static/<path:filename>"}
    assert not [rule for rule in rules - {"/report.css"} if f" {rule}`" not in text]


def test_every_problem_is_in_the_manual():
    text = (ROOT / "docs" / "server.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", text, re.MULTILINE)
    assert told == [(code, str(item.status)) for code, item in PROBLEMS.items()]


def test_every_text_is_used_and_in_both_languages():
    used = "".join(path.read_text(encoding="utf-8") for path in SERVER.rglob("*.html"))
    used += (SERVER / "app.py").read_text(encoding="utf-8")
    for key, (chinese, english) in TEXTS.items():
        assert re.search(rf"['\"]{key}['\"]", used), key
        assert chinese
        assert english
        assert set(re.findall(r"\{\w+\}", chinese)) == set(re.findall(r"\{\w+\}", english))


@pytest.mark.parametrize(
    ("count", "text"), [(32 * 1024 * 1024, "32 MB"), (1000, "1000 B"), (2047, "1 kB")]
)
def test_a_size_as_people_read_it(count, text):
    assert size_text(count) == text
