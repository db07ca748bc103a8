"""Name constraints along a path (RFC 5280, 4.2.1.10 and 6.1).

What is permitted is compared narrowly, what is excluded widely, and a name that cannot be judged
is refused: a doubt never lets a name through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from govseal.pki import names
from govseal.pki.certificate import Certificate
from govseal.pki.effort import Effort
from govseal.pki.extensions import GENERAL_NAME_KINDS, GeneralName, NameConstraints

_EMAIL_ADDRESS: Final = names.OIDS["emailAddress"]
_HOST_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_MAX_HOST: Final = 253
_MAX_SHOWN: Final = 100
_BYTES_PER_STEP: Final = 64


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule on names that a certificate of the path does not meet."""

    certificate: Certificate
    detail: str


Comparison = Callable[[bytes, bytes, bool], bool | None]
"""Whether a name (second) is within a base (first), compared widely or not (third).

None where one of them is malformed, so that nothing can be said.
"""


@dataclass(frozen=True, slots=True)
class _Domain:
    """A base of domain names."""

    labels: tuple[str, ...]
    """From the right."""
    least: int
    """Labels that must stand before the base."""
    most: int | None
    """Labels that may stand before it; None for any number."""

    def holds(self, labels: tuple[str, ...]) -> bool:
        """Whether the name with these labels, from the right, is within the base."""
        before = len(labels) - len(self.labels)
        if before < self.least or (self.most is not None and before > self.most):
            return False
        return labels[: len(self.labels)] == self.labels


def _labels(text: str) -> tuple[str, ...] | None:
    """The labels of a full domain name from the right; None for anything else."""
    labels = text.lower().split(".")
    is_name = all(label and _HOST_CHARACTERS.issuperset(label) for label in labels)
    return tuple(reversed(labels)) if is_name and len(text) <= _MAX_HOST else None


def _read_domain(text: str) -> _Domain | None:
    """The base of mailboxes and URIs: a host; with ``.`` before it the hosts below; or all."""
    if not text:
        return _Domain((), 1, None)
    labels = _labels(text.removeprefix("."))
    if labels is None:
        return None
    return _Domain(labels, 1, None) if text.startswith(".") else _Domain(labels, 0, 0)


def _text(value: bytes) -> str:
    """IA5String; what is not ASCII becomes a character that no name may have."""
    return value.decode("ascii", "replace")


def _is_dns_within(base: bytes, name: bytes, is_wide: bool) -> bool | None:
    wildcard = name.startswith(b"*.")
    wanted = _labels(_text(base)) if base else ()
    found = _labels(_text(name[2:] if wildcard else name))
    if wanted is None or found is None:
        return None
    if found[: len(wanted)] == wanted:
        return True
    # A wildcard stands for each name beside it, so for the base too.
    return wildcard and is_wide and wanted[:-1] == found


def _read_mailbox(text: str) -> tuple[str, tuple[str, ...]] | None:
    local, _, domain = text.partition("@")
    labels = _labels(domain)
    # Quoted local parts have many spellings of one mailbox: they are not compared.
    if labels is None or not local or not local.isprintable() or set(local) & set('"\\ \ufffd'):
        return None
    return local, labels


def _is_mailbox_within(base: bytes, name: bytes, is_wide: bool) -> bool | None:
    found = _read_mailbox(_text(name))
    if b"@" not in base:
        domain = _read_domain(_text(base))
        return None if domain is None or found is None else domain.holds(found[1])
    wanted = _read_mailbox(_text(base))
    if wanted is None or found is None or wanted[1] != found[1]:
        return None if wanted is None or found is None else False
    return wanted[0] == found[0] or (is_wide and wanted[0].lower() == found[0].lower())


def _uri_labels(text: str) -> tuple[str, ...] | None:
    """The host of a URI; None where it has none, or an address in its place."""
    scheme, mark, authority = text.partition("://")
    for end in "/?#":
        authority = authority.partition(end)[0]
    host, _, port = authority.rpartition("@")[2].partition(":")
    labels = _labels(host)
    if not scheme or not mark or labels is None or "\\" in text:
        return None
    return None if labels[0].isdigit() or not (port.isdigit() or not port) else labels


def _is_uri_within(base: bytes, name: bytes, is_wide: bool) -> bool | None:  # noqa: ARG001
    domain, labels = _read_domain(_text(base)), _uri_labels(_text(name))
    return None if domain is None or labels is None else domain.holds(labels)


def _is_address_within(base: bytes, name: bytes, is_wide: bool) -> bool | None:  # noqa: ARG001
    """An address and its mask (RFC 4632); the other version of IP is outside."""
    if len(base) not in (8, 32) or len(name) not in (4, 16):
        return None
    size = len(base) // 2
    network, mask = int.from_bytes(base[:size], "big"), int.from_bytes(base[size:], "big")
    hosts = (1 << 8 * size) - 1 - mask
    if hosts & (hosts + 1):
        return None
    return size == len(name) and int.from_bytes(name, "big") & mask == network & mask


def _is_directory_within(base: bytes, name: bytes, is_wide: bool) -> bool | None:
    above = names.relative_names(base, is_wide=is_wide)
    return names.relative_names(name, is_wide=is_wide)[: len(above)] == above


_COMPARISONS: Final[dict[str, Comparison]] = {
    "directoryName": _is_directory_within,
    "dNSName": _is_dns_within,
    "rfc822Name": _is_mailbox_within,
    "uniformResourceIdentifier": _is_uri_within,
    "iPAddress": _is_address_within,
}


def _compare(base: GeneralName, name: GeneralName, *, is_wide: bool) -> bool | None:
    compare = _COMPARISONS.get(name.kind)
    return None if compare is None else compare(base.value, name.value, is_wide)


@dataclass(slots=True)
class _State:
    """What the CAs above have laid down."""

    effort: Effort
    permitted: list[tuple[GeneralName, ...]] = field(default_factory=list)
    """The bases of one CA each: a name must be within one of every CA that names its kind."""
    excluded: list[GeneralName] = field(default_factory=list)

    def add(self, constraints: NameConstraints) -> None:
        """6.1.4 (g)."""
        if constraints.permitted:
            self.permitted.append(constraints.permitted)
        self.excluded.extend(constraints.excluded)

    def problem(self, name: GeneralName) -> str:
        """What is wrong with the name (6.1.3 (b) and (c)); empty where nothing is."""
        if name.kind not in GENERAL_NAME_KINDS.values():
            return "is of a kind that does not exist"
        verdict = ""
        for bases in (*self.permitted, self.excluded):
            is_wide = bases is self.excluded
            wanted = [base for base in bases if base.kind == name.kind]
            size = sum(len(base.value) + len(name.value) for base in wanted)
            self.effort.spend(len(bases) + size // _BYTES_PER_STEP)
            results = {_compare(base, name, is_wide=is_wide) for base in wanted}
            if None in results:
                return "cannot be compared with what a CA above permits or excludes"
            if is_wide and True in results:
                verdict = "is within what a CA above excludes"
            elif wanted and not is_wide and True not in results:
                verdict = "is outside what a CA above permits"
        return verdict


def _names_of(certificate: Certificate) -> Iterator[GeneralName]:
    """All names that constraints are applied to; mailboxes in the subject are names too."""
    subject = names.read_name(certificate.subject_der)
    if subject:
        yield GeneralName("directoryName", certificate.subject_der)
    for attribute in subject:
        if attribute.oid == _EMAIL_ADDRESS:
            yield GeneralName("rfc822Name", attribute.text.encode("utf-8", "replace"))
    yield from certificate.alt_names


def _shown(name: GeneralName) -> str:
    if name.kind == "directoryName":
        return names.format_name(name.value)[:_MAX_SHOWN]
    if name.kind in ("dNSName", "rfc822Name", "uniformResourceIdentifier"):
        return names.escape(name.value[:_MAX_SHOWN].decode("latin-1"))
    return "#" + name.value[:_MAX_SHOWN].hex()


def find_breaches(chain: Sequence[Certificate], effort: Effort) -> Iterator[Breach]:
    """What is wrong with the names of a path (leaf first, anchor last), from the anchor down.

    The constraints of the anchor count (RFC 5937, 3); self-issued certificates above the leaf are
    not judged (6.1.3).

    Raises:
        LimitExceeded: more names than are compared.
    """
    if not [item for item in chain[1:] if item.name_constraints is not None]:
        return
    state = _State(effort)
    for place in reversed(range(len(chain))):
        certificate = chain[place]
        is_judged = place < len(chain) - 1 and not (place and certificate.is_self_issued)
        if is_judged and (state.permitted or state.excluded):
            for name in _names_of(certificate):
                problem = state.problem(name)
                if problem:
                    detail = f"{name.kind} {_shown(name)} {problem} (nameConstraints)"
                    yield Breach(certificate, detail)
        constraints = certificate.name_constraints
        if place and constraints is not None:
            if constraints.has_distances:
                detail = "a minimum or maximum in nameConstraints is not processed"
                yield Breach(certificate, detail)
            state.add(constraints)
