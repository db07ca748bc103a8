"""One demonstration, made by the command, and servers over its roots."""

from __future__ import annotations

import io

import pytest

from govseal.cli import main
from govseal_server import create_app


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    """No setting of the machine that runs the tests."""
    for name in ("TRUST", "MAKERS", "CRL", "POLICY", "MAX_UPLOAD_BYTES", "LANGUAGE", "DEMO"):
        monkeypatch.delenv(f"GOVSEAL_{name}", raising=False)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A folder with stamped.ofd, tampered.ofd, input.ofd, detached.ses, approval.esl and pki/."""
    folder = tmp_path_factory.mktemp("demo")
    assert main(["demo", "--out", str(folder), "--json"]) == 0
    return folder


@pytest.fixture
def settings(demo):
    """The settings under which stamped.ofd passes."""
    return {"trust": [demo / "pki" / "roots.pem"], "crl": [demo / "pki"]}


@pytest.fixture
def app(settings):
    app = create_app(settings)
    app.testing = True
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def form(demo):
    """A form as a browser sends it: file names of the demonstration by the name of the field."""

    def make(**fields):
        files = {}
        for field, name in fields.items():
            files[field] = (io.BytesIO((demo / name).read_bytes()), name)
        return {"data": files, "content_type": "multipart/form-data"}

    return make
