"""The page in a real Chromium: upload, verdict, language, telephone, without JavaScript too."""

from __future__ import annotations

import shutil
import threading

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from govseal_server import create_app

pytestmark = pytest.mark.slow

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}


class Quiet(WSGIRequestHandler):
    def log_request(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def address(demo):
    """A server on a free port of the loopback address."""
    settings = {"trust": [demo / "pki" / "roots.pem"], "crl": [demo / "pki"], "demo": True}
    server = make_server(
        "127.0.0.1",
        0,
        create_app({**settings, "max_upload_bytes": 1_000_000}),
        threaded=True,
        request_handler=Quiet,
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """Opens a browser of its own for each set of options."""
    if CHROMIUM is None:
        pytest.skip("chromium not installed")
    api = pytest.importorskip("playwright.sync_api", reason="playwright not installed")
    with api.sync_playwright() as driver:

        def launch(**options):
            return driver.chromium.launch_persistent_context(
                tmp_path_factory.mktemp("profile"),
                executable_path=CHROMIUM,
                args=ARGUMENTS,
                **{"locale": "zh-CN", **options},
            )

        yield launch


@pytest.fixture(scope="module")
def browser(chromium):
    context = chromium()
    yield context
    context.close()


@pytest.fixture
def page(browser):
    """A new page; whatever the browser complains of fails the test."""
    page = browser.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert not [text for text in complaints if "the server responded with a status" not in text]


def verify(page, path, detached=None):
    page.set_input_files("#file", path)
    if detached:
        page.click("summary")
        page.set_input_files("#detached", detached)
    page.click("button[type=submit]")
    page.wait_for_selector(".banner")
    return page.inner_text(".banner strong")


def is_wider_than_the_window(page):
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("stamped.ofd", "通过"),
        ("tampered.ofd", "不通过"),
        ("input.ofd", "未签章"),
        ("letter.pdf", "通过"),
        ("longer.pdf", "不通过"),
    ],
)
@pytest.mark.measured
def test_a_verdict(page, address, demo, name, verdict):
    page.goto(address)
    assert verify(page, demo / name).split()[0] == verdict
    assert page.inner_text(".subject") == name
    for picture in page.query_selector_all("img"):
        assert picture.evaluate("image => image.complete && image.naturalWidth > 0")


def test_reasons_and_hints_are_shown(page, address, demo):
    page.goto(address)
    verify(page, demo / "tampered.ofd")
    assert "受保护的内容在签章后被修改" in page.inner_text("ul.reasons")
    assert "请向出具单位核实" in page.inner_text("ul.reasons")


def test_a_detached_stamp(page, address, demo):
    page.goto(address)
    assert verify(page, demo / "input.ofd", demo / "detached.ses").split()[0] == "通过"


def test_the_other_language(page, address, demo):
    page.goto(address)
    assert "选择文件" in page.inner_text(".drop")
    page.click("a.switch")
    assert "Choose a file" in page.inner_text(".drop")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert verify(page, demo / "stamped.ofd").split()[0] == "passed"
    assert page.inner_text("a.switch") == "中文"
    page.click("a.button:not(.plain)")
    assert "Choose a file" in page.inner_text(".drop")


def test_a_browser_in_english(chromium, address):
    context = chromium(locale="en-GB")
    page = context.new_page()
    page.goto(address)
    assert page.inner_text("h1") == "Electronic Seal Verification"
    context.close()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["stamped.ofd", "tampered.ofd", "seal.png"])
def test_a_telephone_scrolls_one_way(page, address, demo, name, lang):
    page.set_viewport_size(PHONE)
    page.goto(f"{address}/?lang={lang}")
    assert not is_wider_than_the_window(page)
    verify(page, demo / name)
    assert not is_wider_than_the_window(page)
    page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
    assert not is_wider_than_the_window(page)


def test_a_file_that_is_dropped(page, address, demo):
    page.goto(address)
    data = list((demo / "stamped.ofd").read_bytes())
    page.evaluate(
        """data => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([new Uint8Array(data)], "dropped.ofd"));
            const input = document.querySelector("#file");
            input.files = transfer.files;
            input.dispatchEvent(new Event("change", {bubbles: true}));
        }""",
        data,
    )
    assert "dropped.ofd" in page.inner_text(".chosen")
    page.click("button[type=submit]")
    page.wait_for_selector(".banner.passed")


def test_the_whole_field_takes_a_drop(page, address):
    page.goto(address)
    covers = """() => {
        const box = document.querySelector(".drop").getBoundingClientRect();
        return document.elementFromPoint(box.left + 10, box.top + 10).id;
    }"""
    assert page.evaluate(covers) == "file"


def test_what_is_too_large_stays_here(page, address, tmp_path):
    (tmp_path / "large.ofd").write_bytes(bytes(1_100_000))
    page.goto(address)
    page.set_input_files("#file", tmp_path / "large.ofd")
    assert "文件太大" in page.inner_text(".complaint")
    page.click("button[type=submit]")
    assert page.query_selector(".banner") is None


def test_what_is_too_large_is_refused(chromium, address, tmp_path):
    (tmp_path / "large.ofd").write_bytes(bytes(3_000_000))
    context = chromium(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert verify(page, tmp_path / "large.ofd") == "文件太大"
    context.close()


def test_without_scripts(chromium, address, demo):
    context = chromium(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    page.goto(address)
    assert page.is_visible("#file")
    assert verify(page, demo / "stamped.ofd").split()[0] == "通过"
    context.close()


def test_an_unknown_file(page, address, demo):
    page.goto(address)
    assert verify(page, demo / "seal.png") == "无法识别的文件格式"
    assert verify(page, demo / "stamped.ofd").split()[0] == "通过"


def test_the_report_is_saved(page, address, demo, tmp_path):
    page.goto(address)
    verify(page, demo / "tampered.ofd")
    with page.expect_download() as download:
        page.click("a.plain")
    download.value.save_as(tmp_path / "report.html")
    assert download.value.suggested_filename.startswith("govseal-")
    page.goto((tmp_path / "report.html").as_uri())
    assert "不通过" in page.inner_text(".banner")
    assert page.query_selector("script") is None


def test_a_printed_report_is_the_report_alone(page, address, demo):
    page.goto(address)
    verify(page, demo / "stamped.ofd")
    page.emulate_media(media="print")
    assert not page.is_visible(".bar")
    assert not page.is_visible(".actions")
    assert page.is_visible(".banner")


def test_the_keyboard_is_enough(page, address, demo):
    page.goto(address)
    page.focus("#file")
    page.set_input_files("#file", demo / "stamped.ofd")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".banner.passed")
