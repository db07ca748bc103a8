"""A network in memory: lists, responders and time stamp authorities behind URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from govseal.errors import FetchError
from govseal.pki.certificate import Certificate
from govseal.pki.fetch import Fetched
from govseal.pki.ocsp import RESPONSE_TYPE, OcspRequest
from govseal.pki.signer import SoftSigner
from govseal.pki.timestamping import REPLY_TYPE, SignerTimestampSource, TimestampRequest
from govseal.testing.authority import Authority
from govseal.testing.ocsp import Answer, encode_response

Service = Callable[[bytes], Fetched]
"""From the body of a request (empty for a plain one) to what comes back."""


@dataclass(slots=True)
class Simulator:
    """A :class:`govseal.pki.fetch.Fetcher` without a network; it counts what it is asked."""

    services: dict[str, Service] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The URLs asked, in order."""
    outages: set[str] = field(default_factory=set)
    """URLs that nobody can reach."""

    def get(self, url: str) -> Fetched:
        """What is at ``url``."""
        return self.post(url, b"", "")

    def post(self, url: str, body: bytes, content_type: str) -> Fetched:
        """What ``url`` answers to ``body``."""
        del content_type
        self.asked.append(url)
        if url in self.outages or url not in self.services:
            raise FetchError("nobody answers", url=url)
        return self.services[url](body)

    def serve(self, url: str, content: bytes, content_type: str = "") -> None:
        """The same bytes for everybody: a list, say."""
        self.services[url] = lambda _: Fetched(content, content_type)

    def serve_ocsp(
        self,
        url: str,
        authority: Authority,
        *,
        at: datetime,
        revoked: Iterable[Certificate] = (),
        responder: SoftSigner | None = None,
        has_nonce: bool = True,
    ) -> None:
        """A responder of ``authority`` that answers as of ``at``: revoked, or good."""
        serials = {certificate.serial for certificate in revoked}
        signer = responder or SoftSigner(authority.key, authority.certificate)

        def answer(body: bytes) -> Fetched:
            request = OcspRequest.from_der(body)
            rows = [
                Answer(item, at, state="revoked" if item.serial in serials else "good")
                for item in request.ids
            ]
            nonce = request.nonce if has_nonce else None
            response = encode_response(signer, rows, produced_at=at, nonce=nonce)
            return Fetched(response, RESPONSE_TYPE)

        self.services[url] = answer

    def serve_time_stamps(self, url: str, source: SignerTimestampSource) -> None:
        """A time stamp authority."""
        self.services[url] = lambda body: Fetched(
            source.respond(TimestampRequest.from_der(body)).encode(), REPLY_TYPE
        )
