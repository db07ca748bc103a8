"""What a fetcher can find out about a certificate's revocation, where what is at hand says nothing.

A certificate names its responder and its lists. They are asked only about certificates that a
trusted CA issued: nobody else makes this library ask an address.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from govseal.errors import FetchError, FormatError
from govseal.pki import extensions as ext
from govseal.pki import pem
from govseal.pki.certificate import Certificate
from govseal.pki.crl import Crl
from govseal.pki.issuers import find_issuers
from govseal.pki.materials import Materials
from govseal.pki.ocsp import REQUEST_TYPE, OcspRequest, OcspResponse
from govseal.pki.path import Memory
from govseal.pki.revocation import RevocationStatus, check_revocation
from govseal.pki.trust import TrustStore

if TYPE_CHECKING:
    from govseal.pki.fetch import Fetched, Fetcher

MAX_REQUESTS: Final = 50
"""Of one :class:`OnlineRevocation`: a document may carry certificates of many CAs."""
MAX_URLS: Final = 4
"""Of responders, and of lists, for one certificate."""
_NONCE_BYTES: Final = 32


@dataclass(slots=True)
class OnlineRevocation:
    """Asks responders and gets lists for one run; what failed once is not tried again."""

    fetcher: Fetcher
    _crls: dict[str, Crl] = field(default_factory=dict, repr=False)
    _failed: set[str] = field(default_factory=set, repr=False)
    _requests: int = 0

    def check(
        self,
        certificate: Certificate,
        trust: TrustStore,
        *,
        materials: Materials | None = None,
        certificates: Iterable[Certificate] = (),
        at: datetime,
        allow_mixed: bool = False,
        memory: Memory | None = None,
    ) -> RevocationStatus:
        """:func:`govseal.pki.revocation.check_revocation`; where it knows nothing, others do.

        The responder is asked first, with a nonce; where it gives no answer that counts, the
        lists are got. What cannot be had is told in ``problems``, and never raised.

        Raises:
            ValueError: ``at`` has no time zone.
        """
        known, pool = materials or Materials(), tuple(certificates)
        check = partial(
            check_revocation,
            certificate,
            trust,
            certificates=pool,
            at=at,
            allow_mixed=allow_mixed,
            memory=memory,
        )
        state = check(materials=known)
        if state.state != "unknown":
            return state
        issuers = find_issuers(
            certificate, trust, (*pool, *known.certificates), at, allow_mixed=allow_mixed
        )
        issuer = next((found for found, _ in issuers), None)
        if issuer is None:
            return state
        problems: list[str] = []
        for more in self._sources(certificate, issuer, problems):
            known |= more
            state = check(materials=known)
            if state.state != "unknown":
                break
        return replace(state, problems=tuple(problems))

    def _sources(
        self, certificate: Certificate, issuer: Certificate, problems: list[str]
    ) -> Iterator[Materials]:
        """One source after the other; those that fail leave a problem."""
        extension = certificate.extension(ext.AUTHORITY_INFORMATION)
        responders = () if extension is None else ext.read_ocsp_urls(extension.value)
        for look, urls in ((self._answer, responders), (self._list, certificate.crl_urls)):
            for url in [url for url in urls if _is_of_the_web(url)][:MAX_URLS]:
                try:
                    yield look(url, certificate, issuer)
                except FetchError as error:
                    problems.append(str(error))
                except FormatError as error:
                    problems.append(f"{url}: {error}")

    def _answer(self, url: str, certificate: Certificate, issuer: Certificate) -> Materials:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        request = OcspRequest.about(certificate, issuer, nonce=nonce)
        fetched = self._call(url, lambda: self.fetcher.post(url, request.encode(), REQUEST_TYPE))
        response = OcspResponse.from_der(fetched.content)
        if response.basic is None:
            raise FetchError(f"the responder says {response.status}", url=url)
        if not response.has_nonce_of(request):
            raise FetchError("the answer to another request", url=url)
        return Materials(ocsps=(response,))

    def _list(self, url: str, certificate: Certificate, issuer: Certificate) -> Materials:
        del certificate, issuer
        if url not in self._crls:
            content = self._call(url, lambda: self.fetcher.get(url)).content
            read = Crl.from_pem if pem.is_pem(content) else Crl.from_der
            self._crls[url] = read(content)
        return Materials(crls=(self._crls[url],))

    def _call(self, url: str, call: Callable[[], Fetched]) -> Fetched:
        if url in self._failed:
            raise FetchError("it failed before", url=url)
        if self._requests >= MAX_REQUESTS:
            raise FetchError(f"more than {MAX_REQUESTS} requests", url=url)
        self._requests += 1
        try:
            return call()
        except (FetchError, OSError) as error:
            self._failed.add(url)
            if isinstance(error, FetchError):
                raise
            raise FetchError(str(error), url=url) from None  # by a fetcher of somebody's own


def _is_of_the_web(url: str) -> bool:
    """Whether a fetcher can know what to do; Chinese CAs often name LDAP servers."""
    return url.lower().startswith(("http://", "https://"))
