"""Errors as HTTP tells them: one table of codes, as problem details (RFC 9457) or as a page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, current_app, make_response, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

import govseal
from govseal.verification.render.printable import printable
from govseal.verification.render.words import Pair, pick
from govseal_server.language import current_language

API: Final = "/v1/"


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of error; its code in the table keeps its meaning once published."""

    status: int
    title: Pair
    hint: Pair = ("", "")


PROBLEMS: Final[dict[str, Problem]] = {
    "file_missing": Problem(
        400,
        ("没有收到文件", "No file was received"),
        ("请先选择文件，文件不能为空", "choose a file that is not empty"),
    ),
    "files_too_many": Problem(
        400,
        ("一次只能验证一个文件", "One file is verified at a time"),
        ("请逐个验证", "send them one by one"),
    ),
    "as_of_invalid": Problem(
        400,
        ("as_of 不是 ISO 8601 时间", "as_of is no ISO 8601 time"),
        (
            "例如 2026-11-21T20:29:00；时区的加号写作 %2B",
            "write it like 2026-11-21T20:29:00, the plus of a zone as %2B",
        ),
    ),
    "request_invalid": Problem(400, ("请求不正确", "The request cannot be understood")),
    "not_found": Problem(404, ("没有这个页面", "There is no such page")),
    "method_not_allowed": Problem(
        405, ("不支持这种请求方法", "This address does not take that method")
    ),
    "request_too_large": Problem(
        413,
        ("文件太大", "The file is too large"),
        (
            "较大的文件可用命令 govseal verify 验证",
            "larger files are verified with the command govseal verify",
        ),
    ),
    "media_type_unsupported": Problem(
        415,
        ("请求正文不是文件", "The body of the request is no file"),
        (
            "用 multipart/form-data 的 file 字段，或以 application/octet-stream 直接发送",
            "send the field file of multipart/form-data, or the bytes as application/octet-stream",
        ),
    ),
    "format_unsupported": Problem(
        415,
        ("无法识别的文件格式", "The file is in no format that is known here"),
        (
            "请选择盖章的电子文件，而不是照片、扫描件或压缩包",
            "choose the stamped file itself, not a photograph, a scan or an archive",
        ),
    ),
    "file_malformed": Problem(422, ("文件已损坏，无法读取", "The file is damaged")),
    "internal_error": Problem(
        500, ("服务器内部错误", "Something went wrong in the server"), ("请稍后再试", "try again")
    ),
}
# From the library's classes and from HTTP's own codes; the first that fits counts.
_ERRORS: Final[tuple[tuple[type[govseal.GovsealError], str], ...]] = (
    (govseal.UnsupportedFormat, "format_unsupported"),
    (govseal.LimitExceeded, "request_too_large"),
    (govseal.GovsealError, "file_malformed"),
)
_STATUSES: Final = {
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
    415: "media_type_unsupported",
    500: "internal_error",
}


class Refused(Exception):
    """The request cannot be answered; ``code`` is one of :data:`PROBLEMS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def init_app(app: Flask) -> None:
    """Answer every error of ``app`` by the table."""
    app.register_error_handler(Refused, _on_refused)
    app.register_error_handler(govseal.GovsealError, _on_library_error)
    app.register_error_handler(HTTPException, _on_http_error)


def _on_refused(error: Refused) -> Response:
    return answer(error.code)


def _on_library_error(error: govseal.GovsealError) -> Response:
    code = next(code for kind, code in _ERRORS if isinstance(error, kind))
    return answer(code, printable(str(error)))


def _on_http_error(error: HTTPException) -> Response:
    is_server_fault = (error.code or 500) >= 500
    fallback = "internal_error" if is_server_fault else "request_invalid"
    response = answer(_STATUSES.get(error.code or 500, fallback))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def answer(code: str, detail: str = "") -> Response:
    """The problem as JSON below ``/v1/``, else as a page; ``detail`` is the library's sentence."""
    problem, lang = PROBLEMS[code], current_language()
    if not request.path.startswith(API):
        page = render_template("problem.html", problem=problem, code=code, detail=detail)
        response = make_response(page)
    else:
        body = {
            "type": f"urn:govseal:problem:{code}",
            "title": pick(problem.title, lang),
            "status": problem.status,
            "detail": detail or pick(problem.hint, lang),
            "code": code,
        }
        if code == "request_too_large":
            body["limit"] = current_app.config["MAX_CONTENT_LENGTH"]
        text = json.dumps({key: value for key, value in body.items() if value}, ensure_ascii=False)
        response = Response(text, content_type="application/problem+json")
    response.status_code = problem.status
    return response
