"""What uploads are judged by: loaded once, and again when a file of it has changed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

import govseal
from govseal_server.config import ConfigError, Settings, setting
from govseal_server.uploads import Upload

_LOG = logging.getLogger("govseal_server")
_MAX_PICTURES = 3
_DPI = 110

_Stamp = tuple[str, int, int]
"""Path, time of change and size of a file."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Roots, lists and policy as they were read at one moment."""

    trust: govseal.TrustStore
    materials: govseal.Materials
    policy: govseal.Policy


class Desk:
    """Verifies uploads; shared by all threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.limits = govseal.Limits(max_file_bytes=settings.max_upload_bytes)
        self._lock = Lock()
        self._seen = _fingerprint(settings)
        self._basis = _load(settings)

    @property
    def basis(self) -> Basis:
        """What is judged by now; files that can no longer be read leave the last ones in force."""
        with self._lock:
            seen = _fingerprint(self.settings)
            if seen != self._seen:
                self._seen = seen
                try:
                    self._basis = _load(self.settings)
                except ConfigError as error:
                    _LOG.warning("the settings of before stay in force: %s", error)
            return self._basis

    def verify(self, upload: Upload, at: datetime | None = None) -> govseal.Report:
        """The library's report on an upload, as of ``at`` or now.

        Raises:
            GovsealError: no format that is known.
        """
        basis = self.basis
        return govseal.verify(
            upload.open(),
            basis.trust,
            materials=basis.materials,
            policy=basis.policy,
            at=at,
            detached=upload.detached,
            limits=self.limits,
        )

    def pictures(self, upload: Upload) -> dict[int, bytes]:
        """PNG pictures of the first pages that carry a stamp, else of page 1, by page number.

        Empty for what has no pages; a page that cannot be drawn is left out.
        """
        if upload.detached is not None:
            return {}
        try:
            evidence = govseal.inspect(upload.open(), limits=self.limits)
        except govseal.GovsealError:
            return {}
        shown = (box.page for found in evidence.signatures for box in found.appearances)
        stamped = sorted({page for page in shown if 1 <= page <= evidence.pages})
        pages = stamped[:_MAX_PICTURES] or range(1, min(evidence.pages, 1) + 1)
        drawn = ((page, self._picture(upload, page)) for page in pages)
        return {page: picture for page, picture in drawn if picture}

    def _picture(self, upload: Upload, page: int) -> bytes:
        try:
            return govseal.page_picture(upload.data, page, dpi=_DPI, limits=self.limits)
        except (govseal.GovsealError, ValueError):  # two readers may count pages differently
            return b""


def _load(settings: Settings) -> Basis:
    """Everything that the settings name.

    Raises:
        ConfigError: a file cannot be read, or is not what it should be.
    """
    name = "trust"
    try:
        trust = govseal.TrustStore.from_paths(settings.trust)
        name = "makers"
        makers = _narrower(settings.makers)
        name = "tsa"
        tsas = _narrower(settings.tsa)
        name = "crl"
        materials = govseal.Materials.from_files(*_lists(settings.crl))
        name = "policy"
        policy = govseal.Policy()
        if settings.policy is not None:
            policy = govseal.Policy.from_file(settings.policy)
        policy = replace(policy, makers=makers, tsas=tsas)
    except (govseal.GovsealError, OSError) as error:
        raise ConfigError(f"{setting(name)}: {error}") from error
    return Basis(trust, materials, policy)


def _narrower(paths: tuple[Path, ...]) -> govseal.TrustStore | None:
    """The roots at these paths; None where there are none, and those of ``trust`` serve."""
    return govseal.TrustStore.from_paths(paths) if paths else None


def _lists(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The files themselves, and of directories the ``.crl`` files in them."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.iterdir() if p.suffix.lower() == ".crl")
        else:
            yield path


def _fingerprint(settings: Settings) -> tuple[_Stamp, ...]:
    """Every named file and what is directly in every named directory, as the system lists them."""
    policy = () if settings.policy is None else (settings.policy,)
    return tuple(
        stamp
        for path in (*settings.trust, *settings.makers, *settings.tsa, *settings.crl, *policy)
        for stamp in _stamps(path)
    )


def _stamps(path: Path) -> Iterator[_Stamp]:
    try:
        paths = sorted(path.iterdir()) if path.is_dir() else [path]
        for item in paths:
            facts = item.stat()
            yield str(item), facts.st_mtime_ns, facts.st_size
    except OSError:
        yield str(path), 0, -1
