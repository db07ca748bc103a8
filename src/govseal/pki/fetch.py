"""HTTP, with limits: the only place from which this library reaches a network.

What is fetched is named by certificates, that is by strangers. So an address is looked up first,
refused unless it is a public one, and connected to as it was looked up; every redirect is judged
anew; and size, time and the number of redirects are bounded.
"""

from __future__ import annotations

import io
import ipaddress
import threading
import time
import urllib.parse
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol, Self, cast, final

from govseal.errors import FetchError, FormatError

if TYPE_CHECKING:
    import http.client
    import socket

MAX_URL: Final = 2048
DEFAULT_MAX_BYTES: Final = 32 * 1024 * 1024
DEFAULT_TIMEOUT_S: Final = 15.0
DEFAULT_MAX_REDIRECTS: Final = 5
DEFAULT_CACHE_BYTES: Final = 64 * 1024 * 1024
DEFAULT_MAX_AGE_S: Final = 3600.0
EVERYWHERE: Final = ("0.0.0.0/0", "::/0")
"""Networks for a caller who names the address himself: his own time stamp service, say."""
_PORTS: Final = {"http": 80, "https": 443}
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
_MOVED_AS_IT_IS: Final = frozenset({307, 308})
# Addresses of version 4 inside addresses of version 6 (RFC 6052, RFC 8215).
_TRANSLATED: Final = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("::/96"),
)
# What is handed out (RFC 4291, 2.4), and translation: Python calls more than that global.
_UNICAST: Final = (ipaddress.IPv6Network("2000::/3"), _TRANSLATED[0])

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server sent."""

    content: bytes = field(repr=False)
    content_type: str = ""
    """The media type in lower case, without parameters; empty where it names none."""


class Fetcher(Protocol):
    """Who gets what certificates name: lists, answers, time stamps."""

    def get(self, url: str, /) -> Fetched:
        """What is at ``url``; raises :class:`govseal.errors.FetchError` where it cannot be had."""

    def post(self, url: str, body: bytes, content_type: str, /) -> Fetched:
        """What ``url`` answers to ``body``; raises as :meth:`get`."""


@dataclass(frozen=True, slots=True)
class _Target:
    """A URL taken apart, and found to be one that may be asked."""

    url: str
    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> _Target:
        if len(url) > MAX_URL or not url.isascii() or not url.isprintable() or " " in url:
            raise FetchError("not a URL of plain characters, or too long", url=url[:MAX_URL])
        try:
            parts = urllib.parse.urlsplit(url)
            port, host = parts.port, parts.hostname
        except ValueError as error:
            raise FetchError(f"not a URL: {error}", url=url) from None
        if parts.scheme not in _PORTS or not host:
            raise FetchError("neither http nor https", url=url)
        if parts.username is not None or parts.password is not None:
            raise FetchError("a URL with a user in it", url=url)
        # Not urlunsplit: of a path that begins with // later Pythons make ////.
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        port = _PORTS[parts.scheme] if port is None else port
        return cls(url, parts.scheme, host, port, path)

    @property
    def authority(self) -> str:
        """Host and port, as the Host header names them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class _Kept:
    """Something in the cache, and until when on the clock that only runs forward."""

    fetched: Fetched
    until: float


@final
class HttpFetcher:
    """A :class:`Fetcher` over HTTP and HTTPS; it may be shared by threads and kept for long.

    Lists are kept in memory until their next update, an hour at most; answers are not kept.
    Proxies of the environment are not used.
    """

    def __init__(
        self,
        *,
        max_bytes: int = DEFAULT_MAX_BYTES,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        max_redirects: int = DEFAULT_MAX_REDIRECTS,
        allowed_networks: Iterable[str] = (),
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        max_age_s: float = DEFAULT_MAX_AGE_S,
    ) -> None:
        """A fetcher.

        Args:
            max_bytes: of one body.
            timeout_s: seconds for one call, redirects included; looking up a name takes as long
                as the system lets it.
            max_redirects: followed in one call; none leads from https to http.
            allowed_networks: networks (``10.0.0.0/8``) that may be asked though they are not
                public; ``EVERYWHERE`` lifts the bar.
            cache_bytes: of all lists that are kept; 0 keeps none.
            max_age_s: seconds for which a list is kept at most.

        Raises:
            ValueError: one of ``allowed_networks`` is none.
        """
        self._max_bytes = max_bytes
        self._timeout_s = timeout_s
        self._max_redirects = max_redirects
        self._allowed = tuple(ipaddress.ip_network(text) for text in allowed_networks)
        self._cache_bytes = cache_bytes
        self._max_age_s = max_age_s
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, url: str) -> Fetched:
        """What is at ``url``; raises :class:`govseal.errors.FetchError` where it cannot be had."""
        with self._lock:
            kept = self._kept.get(url)
            if kept is not None and time.monotonic() < kept.until:
                self._kept.move_to_end(url)
                return kept.fetched
        fetched, date = self._call(url, None, "")
        self._keep(url, fetched, date)
        return fetched

    def post(self, url: str, body: bytes, content_type: str) -> Fetched:
        """What ``url`` answers to ``body``; raises as :meth:`get`."""
        return self._call(url, body, content_type)[0]

    def _call(self, url: str, body: bytes | None, content_type: str) -> tuple[Fetched, str]:
        deadline = time.monotonic() + self._timeout_s
        target = _Target.of(url)
        for _ in range(self._max_redirects + 1):
            with _Exchange(target, self._connect(target, deadline), deadline) as exchange:
                response = exchange.ask(body, content_type)
                if response.status == 200:
                    return exchange.read(response, self._max_bytes), response.getheader("Date", "")
                target = _moved(target, response, is_post=body is not None)
        raise FetchError(f"more than {self._max_redirects} redirects", url=url)

    def _connect(self, target: _Target, deadline: float) -> socket.socket:
        """A connection to an address that was judged; the name is not looked up again."""
        import socket  # noqa: PLC0415 - start-up

        try:
            rows = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise FetchError(f"the name cannot be looked up: {error}", url=target.url) from None
        places = list(dict.fromkeys(str(row[4][0]) for row in rows))
        for place in places:
            if not self._is_allowed(place):
                raise FetchError(f"{place} is no public address", url=target.url)
        problem = "no address"
        for place in places:
            try:
                return socket.create_connection((place, target.port), _left(deadline, target.url))
            except OSError as error:
                problem = str(error)
        raise FetchError(f"no connection: {problem}", url=target.url)

    def _is_allowed(self, place: str) -> bool:
        meant = _meant(ipaddress.ip_address(place.partition("%")[0]))
        if any(meant[0] in network for network in self._allowed):
            return True
        return all(map(_is_public, meant))

    def _keep(self, url: str, fetched: Fetched, date: str) -> None:
        lifetime = min(_lifetime_s(fetched.content, date), self._max_age_s)
        if lifetime <= 0 or len(fetched.content) > self._cache_bytes:
            return
        with self._lock:
            self._kept[url] = _Kept(fetched, time.monotonic() + lifetime)
            self._kept.move_to_end(url)
            while (
                sum(len(item.fetched.content) for item in self._kept.values()) > self._cache_bytes
            ):
                self._kept.popitem(last=False)


def _is_public(address: _Address) -> bool:
    is_handed_out = address.version == 4 or any(address in network for network in _UNICAST)
    return is_handed_out and address.is_global and not address.is_multicast


def _meant(address: _Address) -> tuple[_Address, ...]:
    """The address, and the one of version 4 inside it where there is one."""
    if isinstance(address, ipaddress.IPv4Address):
        return (address,)
    inner = address.ipv4_mapped or address.sixtofour
    if address.teredo is not None:
        inner = address.teredo[1]
    if any(address in network for network in _TRANSLATED):
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    if inner is None:
        return (address,)
    return (inner,) if address.ipv4_mapped else (address, inner)


def _left(deadline: float, url: str) -> float:
    """The seconds that are left, at least some."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise FetchError("it takes too long", url=url)
    return seconds


def _moved(target: _Target, response: http.client.HTTPResponse, *, is_post: bool) -> _Target:
    """Where a redirect leads; raises where there is none, or one that is not followed."""
    place = response.getheader("Location")
    may_follow = _MOVED_AS_IT_IS if is_post else _MOVED
    if response.status not in may_follow or not place:
        raise FetchError(f"the server answers {response.status}", url=target.url)
    try:
        moved = _Target.of(urllib.parse.urljoin(target.url, place))
    except ValueError as error:
        raise FetchError(f"not a URL: {error}", url=target.url) from None
    if target.scheme == "https" and moved.scheme != "https":
        raise FetchError("a redirect from https to http", url=moved.url)
    return moved


def _lifetime_s(content: bytes, date: str) -> float:
    """Seconds until the next update of a list, as from the server's own date; else 0."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - start-up

    from govseal.pki.crl import read_next_update  # noqa: PLC0415 - start-up

    try:
        sent, update = parsedate_to_datetime(date), read_next_update(content)
    except (FormatError, ValueError, OverflowError):
        return 0
    if update is None:
        return 0
    return (update - _aware(sent)).total_seconds()


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


class _Exchange:
    """One request and its response over a connection of our own."""

    def __init__(self, target: _Target, connection: socket.socket, deadline: float) -> None:
        self._target = target
        self._deadline = deadline
        self._socket = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, body: bytes | None, content_type: str) -> http.client.HTTPResponse:
        """The response, its head read."""
        import http.client  # noqa: PLC0415 - start-up

        from govseal import __version__  # noqa: PLC0415 - the package is half loaded before

        target = self._target
        headers = {
            "Host": target.authority,
            "User-Agent": f"govseal/{__version__}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if body is not None:
            headers["Content-Type"] = content_type
        try:
            if target.scheme == "https":
                self._secure()
            client = http.client.HTTPConnection(target.host, target.port)
            timed = _TimedSocket(self._socket, self._deadline, target.url)
            client.sock = cast("socket.socket", timed)
            method = "GET" if body is None else "POST"
            client.request(method, target.path, body=body, headers=headers)
            return client.getresponse()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FetchError(_problem(error), url=target.url) from None

    def _secure(self) -> None:
        import ssl  # noqa: PLC0415 - start-up

        self._socket.settimeout(_left(self._deadline, self._target.url))
        context = ssl.create_default_context()
        self._socket = context.wrap_socket(self._socket, server_hostname=self._target.host)

    def read(self, response: http.client.HTTPResponse, max_bytes: int) -> Fetched:
        """The body whole, or a refusal."""
        import http.client  # noqa: PLC0415 - start-up

        url = self._target.url
        if response.getheader("Content-Encoding", "identity").strip().lower() != "identity":
            raise FetchError("the answer is compressed, which was not asked for", url=url)
        try:
            content = response.read(max_bytes + 1)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise FetchError(_problem(error), url=url) from None
        if len(content) > max_bytes:
            raise FetchError(f"the answer has more than {max_bytes} bytes", url=url)
        if response.length:
            raise FetchError("the answer ends too early", url=url)
        media = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
        return Fetched(content, media)


def _problem(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it takes too long"
    return f"no answer: {error}" if str(error) else f"no answer: {type(error).__name__}"


class _TimedSocket:
    """What ``http.client`` uses of a socket, with one deadline over all of it.

    The timeout of a socket is for one call: a server that sends an octet now and then would hold
    a reader for hours.
    """

    def __init__(self, inner: socket.socket, deadline: float, url: str) -> None:
        self._inner = inner
        self._deadline = deadline
        self._url = url

    def sendall(self, data: bytes) -> None:
        self._inner.settimeout(_left(self._deadline, self._url))
        self._inner.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        del mode  # reading, in octets
        return io.BufferedReader(_TimedReader(self._inner, self._deadline, self._url))

    def close(self) -> None:
        """Nothing: the response is still to be read, and the exchange closes the socket."""


class _TimedReader(io.RawIOBase):
    """The octets that arrive before the deadline."""

    def __init__(self, inner: socket.socket, deadline: float, url: str) -> None:
        super().__init__()
        self._inner = inner
        self._deadline = deadline
        self._url = url

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what it gets
        self._inner.settimeout(_left(self._deadline, self._url))
        return self._inner.recv_into(buffer)
