"""The addresses. Each view hands on to the library and renders what comes back."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, Response, current_app, render_template, request

from govseal.verification.render.style import STYLE
from govseal_server.desk import Desk
from govseal_server.language import current_language
from govseal_server.results import Result
from govseal_server.uploads import as_of, read_upload

views: Final = Blueprint("views", __name__)
DESK: Final = "govseal_desk"


def _desk() -> Desk:
    desk = current_app.extensions[DESK]
    assert isinstance(desk, Desk)  # noqa: S101 - tells the type checker
    return desk


@views.get("/healthz")
def healthz() -> Response:
    """Whether the process answers."""
    return Response("ok\n", mimetype="text/plain")


@views.post("/v1/verify")
def verify() -> Response:
    """The library's report on one file, as JSON."""
    report = _desk().verify(read_upload(request), as_of(request.args))
    return Response(report.to_json(), mimetype="application/json")


@views.get("/")
def start() -> str:
    """The page that takes a file."""
    return render_template("start.html")


@views.post("/")
def result() -> str:
    """The page with the verdict on one file."""
    desk, upload = _desk(), read_upload(request)
    report = desk.verify(upload)
    shown = Result(report, current_language(), desk.pictures(upload))
    return render_template("result.html", result=shown)


@views.get("/report.css")
def report_style() -> Response:
    """The style of reports, which the pages share."""
    return Response(STYLE, mimetype="text/css")
