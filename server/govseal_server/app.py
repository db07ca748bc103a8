"""The application factory."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from flask import Flask, Response

import govseal
from govseal_server import problems
from govseal_server.config import Settings
from govseal_server.desk import Desk
from govseal_server.language import current_language, size_text, text
from govseal_server.uploads import MemoryRequest
from govseal_server.views import DESK, views

# Werkzeug's parser holds a chunk of 64 KiB and what the last one left over against this limit, in
# files too: less than two chunks would refuse files by where their line ends fall.
_FORM_BYTES: Final = 256 * 1024
_FORM_PARTS: Final = 8
HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Server(Flask):
    """Flask that keeps uploads in memory and documents out of its log."""

    request_class = MemoryRequest

    def log_exception(self, exc_info: object) -> None:  # noqa: ARG002 - Flask's signature
        """Only what failed and where: a message may quote the document."""
        kind, _, trace = sys.exc_info()
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        self.logger.error("%s at %s", kind.__name__ if kind else "?", where)


def create_app(config: Mapping[str, object] | None = None) -> Flask:
    """The server with the settings of ``config``, then of the environment (GOVSEAL_…).

    Trusted roots, revocation lists and the policy are read now, and again when their files change.

    Raises:
        ConfigError: a setting that cannot be meant, or a file that cannot be read.
    """
    settings = Settings.load(config)
    app = Server(__name__)
    app.config["MAX_CONTENT_LENGTH"] = settings.max_upload_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = _FORM_BYTES
    app.config["MAX_FORM_PARTS"] = _FORM_PARTS
    app.config["GOVSEAL_LANGUAGE"] = settings.language
    app.extensions[DESK] = Desk(settings)
    app.register_blueprint(views)
    problems.init_app(app)
    app.after_request(_secure)
    app.context_processor(lambda: _page_facts(settings))
    return app


def _secure(response: Response) -> Response:
    response.headers.update(HEADERS)
    response.headers["Content-Language"] = current_language()
    return response


def _page_facts(settings: Settings) -> dict[str, object]:
    """What every template may use."""
    trusted = "" if settings.trust else "no_trust"
    return {
        "lang": current_language(),
        "t": text,
        "notice": "demo" if settings.demo else trusted,
        "max_bytes": settings.max_upload_bytes,
        "max_size": size_text(settings.max_upload_bytes),
        "version": govseal.__version__,
    }
