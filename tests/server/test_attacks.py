"""Attacks on the server: requests that no browser sends, names that are code, and many at once."""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from govseal_server import create_app
from govseal_server.app import HEADERS

BOUNDARY = "multipart/form-data; boundary=x"
SCRIPT = '"><script>alert(1)</script>'


def part(head, body=b"PK", *, end=b"--x--\r\n"):
    return b"--x\r\nContent-Disposition: form-data; " + head + b"\r\n\r\n" + body + b"\r\n" + end


FILE = b'name="file"; filename="a.ofd"'
REQUESTS = {
    "no boundary": ("multipart/form-data", part(FILE)),
    "an empty boundary": ("multipart/form-data; boundary=", part(FILE)),
    "a long boundary": ("multipart/form-data; boundary=" + "x" * 9000, part(FILE)),
    "a boundary with line ends": ('multipart/form-data; boundary="x\\r\\ny"', part(FILE)),
    "no end": (BOUNDARY, part(FILE, end=b"")),
    "a head without end": (BOUNDARY, b"--x\r\nContent-Disposition: form-data; " + b"a" * 50_000),
    "heads by the thousand": (BOUNDARY, part(FILE + b"\r\nX-A: b" * 5000)),
    "parts by the thousand": (BOUNDARY, part(FILE, end=b"") * 5000 + b"--x--\r\n"),
    "parts without a name": (BOUNDARY, part(b"x") * 5),
    "a name in another encoding": (BOUNDARY, part(b"name=\"file\"; filename*=UTF-16''%ff%fe%00")),
    "a name of no encoding": (BOUNDARY, part(b'name="file"; filename="\xff\xfe\x80"')),
    "a part in base64": (BOUNDARY, part(FILE + b"\r\nContent-Transfer-Encoding: base64", b"UEs=")),
    "a form in a form": (
        BOUNDARY,
        part(FILE + b"\r\nContent-Type: " + BOUNDARY.encode(), part(FILE)),
    ),
    "another charset": (BOUNDARY + "; charset=utf-7", part(FILE)),
    "a type of nonsense": ("\x01/;;;=", b"PK"),
    "JSON": ("application/json", b'{"file": "/etc/passwd"}'),
    "XML": ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    "an archive of nothing": ("application/zip", b"PK\x05\x06" + bytes(18)),
    "a PDF of nothing": ("application/pdf", b"%PDF-1.7\n%%EOF\n"),
    "DER that nests": ("application/octet-stream", b"\x30\x80" * 20_000),
}


@pytest.mark.slow
@pytest.mark.parametrize("address", ["/v1/verify", "/"])
@pytest.mark.parametrize(("content_type", "body"), REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_of_any_shape_is_answered(settings, address, content_type, body):
    app = create_app(settings)  # not testing: what the server did not expect becomes a 500
    response = app.test_client().post(address, data=body, content_type=content_type)
    assert response.status_code in (200, 400, 413, 415, 422)
    assert "passed" not in response.text or address == "/"
    assert "root:" not in response.text
    assert "Traceback" not in response.text
    assert {name: response.headers[name] for name in HEADERS} == HEADERS


@pytest.mark.parametrize("address", ["/v1/verify", "/"])
@pytest.mark.parametrize(
    "name",
    [
        "../../../../etc/passwd",
        "/etc/passwd",
        "..\\..\\windows\\win.ini",
        SCRIPT,
        "a%0d%0aSet-Cookie: a=b.ofd",
        "\u202egnp.ofd",
        "a\x00.ofd",
        "{{ config }}{% raise %}.ofd",
        "${jndi:ldap://x}.ofd",
    ],
)
def test_a_name_is_never_more_than_a_label(client, demo, address, name):
    fields = {"file": (io.BytesIO((demo / "stamped.ofd").read_bytes()), name)}
    response = client.post(address, data=fields, content_type="multipart/form-data")
    assert response.status_code == 200
    assert "Set-Cookie" not in response.headers
    assert "<script>alert" not in response.text or response.is_json
    if address == "/":
        assert "\u202e" not in response.text
        assert "root:" not in response.text
        assert "SECRET_KEY" not in response.text
    else:
        assert response.json["verdict"] == "passed"
        assert "/" not in response.json["file"]


@pytest.mark.parametrize(
    "address",
    [
        "/v1/../healthz/..%2f..%2fetc/passwd",
        "/static/../app.py",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
        "/v1/%0d%0aSet-Cookie:%20a=b",
        "/" + "a" * 10_000,
        "/%ff%fe",
    ],
)
def test_addresses_lead_nowhere(client, address):
    response = client.get(address)
    assert response.status_code == 404
    assert "import" not in response.text
    assert "<script>alert" not in response.text
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("lang", [SCRIPT, "zh\r\nX: y", "../zh", "", "ZH", "zh" * 5000])
def test_a_language_that_is_none(client, lang):
    response = client.get("/", query_string={"lang": lang})
    assert response.status_code == 200
    assert response.headers["Content-Language"] in ("zh", "en")
    assert "alert(1)" not in response.text


@pytest.mark.parametrize(
    "accept",
    ["*", "zh;q=nan", "en;q=-1", ";;;,,,", "a" * 10_000, "zh;q=1e999", ",".join(["x"] * 5000)],
)
def test_any_wish_for_a_language(client, accept):
    response = client.get("/", headers={"Accept-Language": accept})
    assert response.headers["Content-Language"] in ("zh", "en")


@pytest.mark.parametrize(
    "moment",
    [
        "9999-12-31T23:59:59-14:00",
        "0001-01-01",
        "2026-02-30",
        "now",
        SCRIPT,
        "2" * 10_000,
        "NaN",
        "2026-01-01T00:00:00+99:99",
        "\x00",
        "２０２６-01-01",
    ],
)
def test_a_time_that_is_none_is_answered(settings, demo, moment):
    client = create_app(settings).test_client()
    body = (demo / "stamped.ofd").read_bytes()
    response = client.post("/v1/verify", query_string={"as_of": moment}, data=body)
    assert response.status_code in (200, 400)
    if response.status_code == 200:
        assert response.json["verdict"] == "indeterminate"
    else:
        assert response.json["code"] == "as_of_invalid"
    assert "alert(1)" not in response.text


@pytest.mark.parametrize("length", ["-1", "abc", "99999999999999999999", "0"])
def test_a_length_that_is_a_lie(settings, length):
    client = create_app(settings).test_client()
    overrides = {"CONTENT_LENGTH": length}
    response = client.post("/v1/verify", data=b"PK", environ_overrides=overrides)
    assert response.status_code in (400, 413, 415)
    assert json.loads(response.text)["status"] == response.status_code


def test_a_host_that_is_a_script(settings):
    client = create_app(settings).test_client()
    response = client.get("/", headers={"Host": 'x"><script>alert(1)</script>'})
    assert "alert(1)" not in response.text


@pytest.mark.slow
def test_many_at_once_get_their_own_reports(app, demo):
    """Four threads over one application: nobody is told of another's file."""
    names = ["stamped.ofd", "tampered.ofd", "input.ofd", "letter.pdf", "longer.pdf", "approval.esl"]
    bodies = {name: (demo / name).read_bytes() for name in names}

    def ask(name):
        fields = {"file": (io.BytesIO(bodies[name]), name)}
        response = app.test_client().post(
            "/v1/verify", data=fields, content_type="multipart/form-data"
        )
        return name, response.json["file"], response.json["verdict"]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, names * 4))
    assert all(sent == told for sent, told, _ in found)
    verdicts = {name: {verdict for sent, _, verdict in found if sent == name} for name in names}
    assert verdicts["stamped.ofd"] == verdicts["letter.pdf"] == {"passed"}
    assert verdicts["tampered.ofd"] == verdicts["longer.pdf"] == {"failed"}
    assert verdicts["input.ofd"] == {"unsigned"}
