"""A server of our own on the loopback, whose answers a test writes."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass
class Site:
    """What a server answers: by path a status, headers and a body, or a function of its handler."""

    base: str = ""
    answers: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def url(self, path):
        return self.base + path

    def serve(self, path, body=b"", *, status=200, **headers):
        self.answers[path] = (status, headers, body)
        return self.url(path)


def handler_of(site):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            length = int(self.headers.get("Content-Length", 0))
            site.asked.append(
                (self.command, self.path, dict(self.headers), self.rfile.read(length))
            )
            answer = site.answers.get(self.path, (404, {}, b""))
            if callable(answer):
                answer(self)
                return
            status, headers, body = answer
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            if "Content_Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.close_connection = True

        do_POST = do_GET  # noqa: N815 - as the standard library calls it

        def log_message(self, *_):
            """Quiet."""

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that hangs up is what is tested."""


@contextmanager
def running(site, *, context=None):
    with Server(("127.0.0.1", 0), handler_of(site)) as server:
        if context is not None:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "http" if context is None else "https"
        site.base = f"{scheme}://localhost:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
