"""One demonstration, made by the command, and servers over its roots."""

from __future__ import annotations

import io

import pytest

import govseal
import madeonce
from govseal.cli import main
from govseal.formats.pdf.compose import compose_document
from govseal_server import create_app


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    """No setting of the machine that runs the tests."""
    for name in ("TRUST", "MAKERS", "TSA", "CRL", "POLICY", "LANGUAGE", "DEMO", "MAX_UPLOAD_BYTES"):
        monkeypatch.delenv(f"GOVSEAL_{name}", raising=False)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """A folder with stamped.ofd, tampered.ofd, input.ofd, detached.ses, approval.esl and pki/.

    letter.pdf is stamped too, and longer.pdf has bytes after its end.
    """
    return madeonce.folder(tmp_path_factory, "server-demo", fill)


def fill(folder):
    assert main(["demo", "--out", str(folder), "--json"]) == 0
    signer = govseal.load_signer(folder / "pki" / "signer.p12", password="govseal")
    letter = compose_document([["准予许可，期限五年。"]], title="测试决定书")
    place = govseal.Placement(page=1, x_mm=120, y_mm=210)
    stamped = govseal.stamp(letter, folder / "approval.esl", signer, place)
    (folder / "letter.pdf").write_bytes(stamped)
    (folder / "longer.pdf").write_bytes(stamped + b"% more\n")


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
