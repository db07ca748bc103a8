"""Real documents through the server: the same report as the library's, and a page for each."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import govseal
from govseal_server import create_app

pytestmark = [pytest.mark.samples, pytest.mark.slow]
AT = datetime(2026, 6, 1, 10, tzinfo=UTC)


def form(name, data):
    """A form with one file, as bytes: the test client would take a temporary file for it."""
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--x--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize("suffix", ["ofd", "pdf", "esl"])
def test_each_is_reported_as_the_library_does(samples, suffix):
    client = create_app().test_client()
    for path in sorted(samples.rglob(f"*.{suffix}")):
        expected = govseal.verify(path, govseal.TrustStore(), at=AT).to_dict()
        given = form(path.name, path.read_bytes())
        answer = client.post(f"/v1/verify?as_of={AT:%Y-%m-%dT%H:%MZ}", **given)
        assert answer.json == expected, path.name
        page = client.post("/", **given)
        assert page.status_code == 200, path.name
        assert f'<section class="banner {expected["verdict"]}">' in page.text
