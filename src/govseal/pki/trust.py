"""The certificates that a verifier starts from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from govseal.errors import FormatError
from govseal.pki import names
from govseal.pki.certificate import Certificate, load_certificates
from govseal.pki.files import read_source

_SUFFIXES: Final = (".pem", ".crt", ".cer", ".der")


@dataclass(frozen=True, slots=True, init=False, repr=False)
class TrustStore:
    """A set of trusted certificates; an empty one trusts nobody."""

    certificates: tuple[Certificate, ...]
    """The anchors, each once, in the order given."""
    _by_subject: dict[bytes, tuple[Certificate, ...]] = field(compare=False)
    _of_system: frozenset[Certificate]
    _named: TrustStore | None = field(compare=False)

    def __init__(self, certificates: Iterable[Certificate] = ()) -> None:
        self._fill(certificates, frozenset())

    def _fill(self, certificates: Iterable[Certificate], of_system: frozenset[Certificate]) -> None:
        unique = tuple(dict.fromkeys(certificates))
        for item in unique:
            if not isinstance(item, Certificate):
                raise TypeError("a TrustStore holds Certificate objects")
        index: dict[bytes, tuple[Certificate, ...]] = {}
        for item in unique:
            name = names.comparable(item.subject_der)
            index[name] = (*index.get(name, ()), item)
        object.__setattr__(self, "certificates", unique)
        object.__setattr__(self, "_by_subject", index)
        object.__setattr__(self, "_of_system", of_system)
        named = TrustStore(c for c in unique if c not in of_system) if of_system else None
        object.__setattr__(self, "_named", named)

    @classmethod
    def from_pem(cls, *sources: bytes | str | Path) -> TrustStore:
        """The certificates of PEM bundles (a single one may also be DER), bytes or paths.

        Raises:
            FormatError: a source without a certificate, or with one that cannot be read.
            OSError: a file that cannot be read.
        """
        found: list[Certificate] = []
        for source in sources:
            found.extend(_load(source))
        return cls(found)

    @classmethod
    def from_directory(cls, directory: str | Path) -> TrustStore:
        """The certificates of the ``.pem .crt .cer .der`` files directly in a directory.

        Raises:
            FormatError: one of these files holds no readable certificate.
            OSError: the directory or a file cannot be read.
        """
        paths = sorted(p for p in Path(directory).iterdir() if p.suffix.lower() in _SUFFIXES)
        return cls.from_pem(*(path for path in paths if path.is_file()))

    @classmethod
    def from_paths(cls, paths: Iterable[str | Path]) -> TrustStore:
        """The certificates of files and directories together; raises as the two above."""
        store = cls()
        for path in paths:
            more = cls.from_directory(path) if Path(path).is_dir() else cls.from_pem(path)
            store = store.union(more)
        return store

    @classmethod
    def from_system(cls) -> TrustStore:
        """The roots that the operating system trusts: for signers and time stamps, not for makers.

        Raises:
            FileNotFoundError: the system has no such list.
        """
        from govseal.pki.systemroots import load_system_roots  # noqa: PLC0415 - start-up

        roots = load_system_roots()
        store = cls()
        store._fill(roots, frozenset(roots))
        return store

    @property
    def named(self) -> TrustStore:
        """What a caller named itself: without what is only here because the system trusts it.

        Seal makers are sought here. The system's roots are those of the web: whoever buys a
        certificate below one of them could make a seal of any name for itself, for a certificate
        does not say who may make seals. Who wants makers under such a root names it, in a store
        of its own (``Policy(makers=…)``) or among the other roots.
        """
        return self if self._named is None else self._named

    def union(self, other: TrustStore) -> TrustStore:
        """A store that trusts what either trusts; what either names is named."""
        of_system = (self._of_system | other._of_system) - {*self.named, *other.named}
        store = TrustStore()
        store._fill((*self.certificates, *other.certificates), of_system)
        return store

    __or__ = union

    def find_issuers(self, certificate: Certificate) -> tuple[Certificate, ...]:
        """The anchors that carry the name of this certificate's issuer; no signature is checked."""
        return self._by_subject.get(names.comparable(certificate.issuer_der), ())

    def __contains__(self, certificate: object) -> bool:
        if not isinstance(certificate, Certificate):
            return False
        return certificate in self._by_subject.get(names.comparable(certificate.subject_der), ())

    def __len__(self) -> int:
        return len(self.certificates)

    def __iter__(self) -> Iterator[Certificate]:
        return iter(self.certificates)

    def __repr__(self) -> str:
        return f"<TrustStore of {len(self)}>"


def _load(source: bytes | str | Path) -> tuple[Certificate, ...]:
    where = "the trusted certificates" if isinstance(source, bytes) else str(source)
    try:
        found = load_certificates(read_source(source))
    except FormatError as error:
        raise FormatError(f"{where}: {error}", code=error.code, part=where) from error
    if not found:
        raise FormatError(f"{where}: no certificate in it", part=where)
    return found
