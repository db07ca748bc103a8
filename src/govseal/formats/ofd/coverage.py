"""保护范围: what each signature of a package protects, and what lies outside.

An unprotected file counts as rendered when a reader may come upon it on its way from OFD.xml, or
when that cannot be ruled out. Only the bookkeeping of signatures may lie outside without being
mentioned: it grows with every stamp. Where the document itself names such a file as a page, a
resource or whatever else, it is content like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from govseal.formats.base import Anomaly, Coverage, Extent
from govseal.formats.limits import Limits
from govseal.formats.ofd.outline import Outline
from govseal.formats.ofd.package import Package
from govseal.formats.ofd.reach import PageCoverage, Reach
from govseal.formats.ofd.signatures import Found


def coverages(
    package: Package, outline: Outline, signatures: Sequence[Found], limits: Limits
) -> Iterator[tuple[Coverage, tuple[Anomaly, ...]]]:
    """The coverage of each of ``signatures``, in their order, and what is odd about its place."""
    if not signatures:
        return
    reach = Reach(package, limits)
    order, pages = _Order(signatures), PageCoverage(reach, outline)
    lists = {body.list_name for body in outline.bodies if body.list_name is not None}
    bookkeeping = lists.union(*(signature.files for signature in signatures))
    content = reach.content_of(bookkeeping, outline.root)
    absolute: dict[frozenset[str], frozenset[str]] = {}
    for at, signature in enumerate(signatures):
        later = order.later(at)
        own_xml = _own_xml(signature)
        outside = [
            name
            for name in package.names
            if name not in signature.protected
            # What it signs itself is protected by that, even where it is content too.
            and name != own_xml
            and (
                name in content
                or not (
                    name in lists or name in signature.files or order.owners.get(name, 0) & later
                )
            )
        ]
        if signature.protected not in absolute:
            absolute[signature.protected] = frozenset(f"/{name}" for name in signature.protected)
        coverage = Coverage(
            extent=_extent(signature, outside, order.protectors, later),
            protected=absolute[signature.protected],
            unprotected=tuple(reach.unprotected(name) for name in outside),
            pages=pages.covered(outside),
            is_root_protected=pages.is_root_safe(outside),
        )
        yield coverage, order.anomalies(at)


class _Order:
    """In which order signatures were made: whoever protects another's file came after it.

    Where neither protects the other, the list decides. Sets of signatures are numbers, one bit for
    each: they stay cheap where there are a thousand of them.
    """

    def __init__(self, signatures: Sequence[Found]) -> None:
        self.signatures = signatures
        self.protectors = _masks(signature.protected for signature in signatures)
        self.owners = _masks(signature.own for signature in signatures)
        self._makers = _masks(signature.own & {_own_xml(signature)} for signature in signatures)
        self._known: dict[frozenset[str], int] = {}
        self._bodies: dict[int, int] = {}
        for at, signature in enumerate(signatures):
            number = signature.body.number
            self._bodies[number] = self._bodies.get(number, 0) | 1 << at

    def later(self, at: int) -> int:
        """The signatures that were made after the one at this place."""
        signature = self.signatures[at]
        own_xml = _own_xml(signature)
        after = self.protectors.get(own_xml, 0) if own_xml in signature.own else 0
        return (self._listed_behind(at) | after) & ~self._before(signature) & ~(1 << at)

    def anomalies(self, at: int) -> tuple[Anomaly, ...]:
        """Whether the one at this place is listed before one of its document that is older."""
        signature = self.signatures[at]
        behind = self._listed_behind(at) & self._bodies[signature.body.number]
        found = self._before(signature) & behind
        if not found:
            return ()
        older = self.signatures[found.bit_length() - 1].evidence.id
        return (Anomaly("signature_reordered", f"listed before {older}", is_failure=False),)

    def _listed_behind(self, at: int) -> int:
        return (1 << len(self.signatures)) - (1 << at + 1)

    def _before(self, signature: Found) -> int:
        """The signatures whose Signature.xml it protects."""
        known = self._known.get(signature.protected)
        if known is None:
            known = 0
            for name in signature.protected:
                known |= self._makers.get(name, 0)
            self._known[signature.protected] = known
        return known


def _own_xml(signature: Found) -> str:
    return signature.evidence.location.removeprefix("/")


def _masks(groups: Iterable[frozenset[str]]) -> dict[str, int]:
    """For each name the set of the groups that hold it, as bits."""
    masks: dict[str, int] = {}
    for at, group in enumerate(groups):
        for name in group:
            masks[name] = masks.get(name, 0) | 1 << at
    return masks


def _extent(
    signature: Found, outside: Sequence[str], protectors: dict[str, int], later: int
) -> Extent:
    if not signature.protected:
        return Extent.NONE
    if not outside:
        return Extent.WHOLE_FILE
    if all(protectors.get(name, 0) & later for name in outside):
        return Extent.WHOLE_REVISION
    return Extent.PARTIAL
