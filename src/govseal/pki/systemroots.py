"""The roots that the operating system trusts, as certificates."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from govseal.asn1 import strict, write
from govseal.errors import FormatError
from govseal.pki import pem
from govseal.pki.certificate import PEM_LABELS, Certificate
from govseal.pki.files import read_source

MAX_ROOTS: Final = 2000
MAX_BUNDLE_BYTES: Final = 16 * 1024 * 1024
BUNDLES: Final = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, UOS, Deepin, Alpine, Arch
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # Fedora, openEuler, Kylin, Anolis
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",  # SUSE
    "/etc/ssl/cert.pem",  # the BSDs, macOS
    "/usr/local/share/certs/ca-root-nss.crt",
)
_ANY: Final = "2.5.29.37.0"
_SIGNED_MAIL: Final = "1.3.6.1.5.5.7.3.4"  # of the purposes that systems keep, that of documents


def load_system_roots(bundles: Iterable[str | Path] = BUNDLES) -> tuple[Certificate, ...]:
    """The certificates that the system trusts for signed documents; unreadable ones left out.

    They come through ``oscrypto``, which knows Windows and macOS too. Where it is absent or fails
    (it has failed with new releases of OpenSSL), the first of ``bundles`` that is there is read.

    Raises:
        FileNotFoundError: neither gives any.
    """
    paths = tuple(map(Path, bundles))
    for rows in (_from_oscrypto, lambda: _from_bundle(paths)):
        found = tuple(dict.fromkeys(_readable(islice(rows(), MAX_ROOTS))))
        if found:
            return found
    message = "no list of the roots that the operating system trusts"
    raise FileNotFoundError(errno.ENOENT, message, str(paths[0]) if paths else None)


def _readable(rows: Iterable[bytes]) -> Iterator[Certificate]:
    for der in rows:
        try:
            yield Certificate.from_der(der)
        except FormatError:
            continue


def _from_oscrypto() -> Iterator[bytes]:
    try:
        from oscrypto import trust_list  # noqa: PLC0415 - start-up, and it may fail

        rows = list(trust_list.get_list())
    except Exception:  # noqa: BLE001 - whatever it raises, the bundles are left
        return
    for certificate, trusted, rejected in rows:
        if (trusted and not trusted & {_ANY, _SIGNED_MAIL}) or rejected & {_ANY, _SIGNED_MAIL}:
            continue
        # Its own dump() may encode anew.
        yield write.element(strict.SEQUENCE, certificate.contents)


def _from_bundle(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        try:
            blocks = pem.read_pem(read_source(path, max_bytes=MAX_BUNDLE_BYTES))
        except (OSError, FormatError):
            continue
        found = [block.der for block in blocks if block.label in PEM_LABELS]
        if found:
            yield from found
            return
