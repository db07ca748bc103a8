"""POST /v1/verify: the library's report, and every refusal with its code."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import govseal
from govseal_server import create_app
from govseal_server.problems import PROBLEMS
from govseal_server.uploads import MemoryRequest, label
from reports import HOSTILE


def problem(response, status):
    """The problem details of a refusal."""
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    found = json.loads(response.get_data(as_text=True))
    assert found["status"] == status
    assert found["type"] == f"urn:govseal:problem:{found['code']}"
    assert PROBLEMS[found["code"]].status == status
    return found


# ----------------------------------------------------------------------------------- it answers


@pytest.mark.parametrize(
    ("name", "verdict", "reasons"),
    [
        ("stamped.ofd", "passed", []),
        ("tampered.ofd", "failed", ["data_digest_mismatch"]),
        ("input.ofd", "unsigned", None),
        ("approval.esl", "passed", []),
        ("letter.pdf", "passed", []),
        ("longer.pdf", "failed", None),
    ],
)
def test_a_verdict(client, form, name, verdict, reasons):
    response = client.post("/v1/verify", **form(file=name))
    assert response.status_code == 200
    assert response.content_type == "application/json"
    assert response.json["schema"] == "govseal.report/1"
    assert response.json["file"] == name
    assert response.json["verdict"] == verdict
    assert reasons is None or response.json["reasons"] == reasons


def test_it_is_the_report_of_the_library(client, form, demo):
    at = datetime.now(UTC).replace(microsecond=0)
    trust = govseal.TrustStore.from_paths([demo / "pki" / "roots.pem"])
    materials = govseal.Materials.from_files(*sorted((demo / "pki").glob("*.crl")))
    expected = govseal.verify(demo / "stamped.ofd", trust, materials=materials, at=at)
    query = {"as_of": at.isoformat()}
    response = client.post("/v1/verify", query_string=query, **form(file="stamped.ofd"))
    assert response.get_data(as_text=True) == expected.to_json()


def test_a_raw_body_has_no_name(client, demo):
    response = client.post("/v1/verify", data=(demo / "stamped.ofd").read_bytes())
    assert (response.json["verdict"], response.json["file"]) == ("passed", "")


def test_a_detached_stamp(client, form):
    given_form = form(file="input.ofd", detached="detached.ses")
    response = client.post("/v1/verify", **given_form)
    assert (response.json["format"], response.json["verdict"]) == ("ses", "passed")


def test_a_detached_stamp_over_another_file(client, form):
    response = client.post("/v1/verify", **form(file="stamped.ofd", detached="detached.ses"))
    assert response.json["verdict"] == "failed"
    assert "data_digest_mismatch" in response.json["reasons"]


@pytest.mark.parametrize("filling", [b"\n", b"\r\n", b"\r\n--"])
def test_line_ends_where_the_parser_cuts(client, filling):
    fields = {"file": (io.BytesIO(b"PK" + filling * 100_000), "lines.ofd")}
    response = client.post("/v1/verify", data=fields, content_type="multipart/form-data")
    assert response.json["size"] == 2 + 100_000 * len(filling)


def test_an_empty_second_field_is_no_stamp(client, form):
    given_form = form(file="stamped.ofd")
    given_form["data"]["detached"] = (io.BytesIO(b""), "")
    assert client.post("/v1/verify", **given_form).json["verdict"] == "passed"


@pytest.mark.parametrize("moment", ["2031-01-01T00:00:00", "2031-01-01T00:00:00%2B08:00"])
def test_another_time_of_judging(client, form, moment):
    response = client.post(f"/v1/verify?as_of={moment}", **form(file="stamped.ofd"))
    assert response.json["verified_at"] == "2031-01-01T00:00:00+08:00"
    assert response.json["verdict"] == "indeterminate"


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("permit.ofd", "permit.ofd"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\clerk\\permit.ofd", "permit.ofd"),
        ("许可.ofd", "许可.ofd"),
        ("a" * 400, "a" * 255),
        ("folder/", ""),
    ],
)
def test_a_name_is_a_label(given_name, shown):
    assert label(given_name) == shown


def test_the_name_of_an_upload_opens_nothing(client, form, demo):
    given_form = form(file="stamped.ofd")
    given_form["data"]["file"] = (given_form["data"]["file"][0], str(demo / "tampered.ofd"))
    response = client.post("/v1/verify", **given_form)
    assert (response.json["verdict"], response.json["file"]) == ("passed", "tampered.ofd")


def test_health(client):
    response = client.get("/healthz")
    assert (response.status_code, response.text) == (200, "ok\n")


# ----------------------------------------------------------------------------------- it refuses


def test_no_file(client):
    assert problem(client.post("/v1/verify"), 400)["code"] == "file_missing"


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"other": (io.BytesIO(b"PK"), "a.ofd")},
        {"file": (io.BytesIO(b""), "")},
        {"file": (io.BytesIO(b""), "empty.ofd")},
        {"file": "text in the place of a file"},
        {"detached": (io.BytesIO(b"0"), "a.ses")},
    ],
    ids=["nothing", "another field", "no choice", "an empty file", "text", "only a stamp"],
)
def test_a_form_without_its_file(client, fields):
    response = client.post("/v1/verify", data=fields, content_type="multipart/form-data")
    assert problem(response, 400)["code"] == "file_missing"


def test_a_form_that_is_none(client):
    response = client.post("/v1/verify", data=b"what?", content_type="multipart/form-data")
    assert problem(response, 400)["code"] == "file_missing"


@pytest.mark.parametrize("field", ["file", "detached"])
def test_two_files(client, form, demo, field):
    given_form = form(file="stamped.ofd")
    given_form["data"][field] = [(io.BytesIO(b"PK"), "a.ofd"), (io.BytesIO(b"PK"), "b.ofd")]
    assert problem(client.post("/v1/verify", **given_form), 400)["code"] == "files_too_many"


@pytest.mark.parametrize(
    "moment",
    ["yesterday", "", "2026", "0001-01-01T00:00:00+14:00", "2026-11-21T20:29:00+08:00"],
)
def test_no_time(client, form, moment):
    response = client.post(f"/v1/verify?as_of={moment}", **form(file="stamped.ofd"))
    assert problem(response, 400)["code"] == "as_of_invalid"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"plain text", "no format that is known here"),
        (b"0\x03\x02\x01\x01", "no format that is known here"),
        (b"\x89PNG\r\n\x1a\n", "视同复印件"),
    ],
)
def test_an_unknown_format(client, data, said):
    found = problem(client.post("/v1/verify", data=data), 415)
    assert found["code"] == "format_unsupported"
    assert said in found["detail"]


def test_what_curl_sends_without_being_told(client):
    response = client.post(
        "/v1/verify", data=b"PK", content_type="application/x-www-form-urlencoded"
    )
    found = problem(response, 415)
    assert found["code"] == "media_type_unsupported"
    assert "application/octet-stream" in found["detail"]


@pytest.mark.parametrize("content_type", ["application/octet-stream", "multipart/form-data"])
def test_too_large(demo, settings, content_type):
    client = create_app({**settings, "max_upload_bytes": 1000}).test_client()
    data = {"file": (io.BytesIO(bytes(1001)), "a.ofd")} if "form" in content_type else bytes(1001)
    found = problem(client.post("/v1/verify", data=data, content_type=content_type), 413)
    assert (found["code"], found["limit"]) == ("request_too_large", 1000)


def test_a_body_that_does_not_say_how_long_it_is(settings):
    client = create_app({**settings, "max_upload_bytes": 1000}).test_client()
    response = client.post(
        "/v1/verify",
        input_stream=io.BytesIO(bytes(5000)),
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert problem(response, 413)["code"] == "request_too_large"


def test_a_form_of_too_many_parts(client):
    fields = {f"file{number}": (io.BytesIO(b"PK"), "a.ofd") for number in range(50)}
    response = client.post("/v1/verify", data=fields, content_type="multipart/form-data")
    assert problem(response, 413)["code"] == "request_too_large"


def test_a_field_of_too_much_text(client):
    fields = {"file": "x" * 300_000}
    response = client.post("/v1/verify", data=fields, content_type="multipart/form-data")
    assert problem(response, 413)["code"] == "request_too_large"


def test_another_method(client):
    response = client.get("/v1/verify")
    assert problem(response, 405)["code"] == "method_not_allowed"
    assert response.headers["Allow"] == "OPTIONS, POST"


def test_an_address_that_is_not_there(client):
    assert problem(client.get("/v1/seals"), 404)["code"] == "not_found"


def test_the_language_of_a_problem(client):
    chinese, english = (
        problem(client.post("/v1/verify", headers={"Accept-Language": lang}), 400)
        for lang in ("zh-CN", "en-GB, de")
    )
    assert (chinese["title"], english["title"]) == ("没有收到文件", "No file was received")
    assert chinese["code"] == english["code"]


def test_a_fault_of_ours_says_nothing_of_the_document(settings, monkeypatch, caplog, demo):
    app = create_app(settings)

    def fail(*_):
        raise RuntimeError("secret text of the document")

    monkeypatch.setattr("govseal_server.desk.Desk.verify", fail)
    response = app.test_client().post("/v1/verify", data=b"PK")
    assert problem(response, 500)["code"] == "internal_error"
    assert "secret" not in response.text
    assert "secret" not in caplog.text
    assert "RuntimeError at " in caplog.text


def test_nothing_of_a_document_is_logged(client, form, caplog):
    caplog.set_level(0)
    given_form = form(file="tampered.ofd")
    given_form["data"]["file"] = (given_form["data"]["file"][0], "private.ofd")
    client.post("/v1/verify", **given_form)
    assert "private" not in caplog.text


def test_no_upload_touches_the_disk(demo, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a temporary file")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", refuse)
    stream = MemoryRequest.from_values()._get_file_stream(10**9, None)
    assert isinstance(stream, io.BytesIO)
    client = create_app().test_client()
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="large.ofd"\r\n\r\n'
    body = head + b"PK" + bytes(2_000_000) + b"\r\n--x--\r\n"
    form = "multipart/form-data; boundary=x"
    response = client.post("/v1/verify", data=body, content_type=form)
    assert response.json["reasons"] == ["container_damaged"]


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_body_gets_a_report_or_a_problem(client, data):
    response = client.post("/v1/verify", data=data)
    assert response.status_code in (200, 400, 413, 415, 422)
    assert ("verdict" in response.json) != ("code" in response.json)


@given(st.text(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_is_a_label(client, name):
    fields = {"file": (io.BytesIO(b"0\x03\x02\x01\x01"), name)}
    response = client.post("/v1/verify", data=fields, content_type="multipart/form-data")
    assert response.status_code in (400, 415)


def test_a_hostile_name(client, form):
    given_form = form(file="stamped.ofd")
    name = HOSTILE.encode("utf-8", "replace").decode().replace("\r\n", "")
    given_form["data"]["file"] = (given_form["data"]["file"][0], name)
    response = client.post("/v1/verify", **given_form)
    assert response.json["verdict"] == "passed"
    assert "/" not in response.json["file"]
