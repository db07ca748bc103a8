"""Chains with the extensions that a test wants, and what we say to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from govseal.asn1 import write
from govseal.pki import extensions as ext
from govseal.pki.certificate import Certificate
from govseal.pki.path import PathResult, validate_path
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, x509

AT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
Change = Callable[[x509.CertificateTemplate], None]


@dataclass(frozen=True, slots=True)
class Chain:
    """A leaf, what is between, and its anchor."""

    certificates: tuple[Certificate, ...]
    """Leaf first."""

    def judge(self, *, at: datetime = AT, **inputs: object) -> PathResult:
        """What validate_path says, with everything but the anchor in the pool."""
        leaf, *pool = self.certificates
        return validate_path(
            leaf, TrustStore(self.certificates[-1:]), certificates=pool, at=at, **inputs
        )


def chain(*levels: Iterable[Change]) -> Chain:
    """One certificate for each level, the root first and the leaf last, changed as it says."""
    root, *middle, leaf = (_together(level) for level in levels)
    authority = Authority.create("第 0 级", at=AT, modify=root)
    found = [authority.certificate]
    for number, change in enumerate(middle, start=1):
        authority = authority.create_authority(f"第 {number} 级", modify=change)
        found.append(authority.certificate)
    found.append(authority.issue("99000000000001", modify=leaf).certificate)
    return Chain(tuple(reversed(found)))


def _together(changes: Iterable[Change]) -> Change:
    def modify(template: x509.CertificateTemplate) -> None:
        for change in changes:
            change(template)

    return modify


def add(row: bytes) -> Change:
    """Appends an extension."""
    return lambda template: template.extensions.append(row)


def drop(oid: str) -> Change:
    """Leaves an extension out."""

    def change(template: x509.CertificateTemplate) -> None:
        head = write.oid(oid)
        template.extensions[:] = [row for row in template.extensions if head not in row[:12]]

    return change


def put(oid: str, row: bytes) -> Change:
    """An extension in the place of the usual one."""
    return _together((drop(oid), add(row)))


def put_critical(oid: str) -> Change:
    """Makes the usual extension critical."""

    def change(template: x509.CertificateTemplate) -> None:
        for place, row in enumerate(template.extensions):
            if write.oid(oid) in row[:12]:
                value = row[row.index(write.oid(oid)) + len(write.oid(oid)) :]
                critical = write.boolean(value=True)
                template.extensions[place] = write.sequence(write.oid(oid), critical, value)

    return change


def fields(**values: object) -> Change:
    """Sets fields of the template."""

    def change(template: x509.CertificateTemplate) -> None:
        for name, value in values.items():
            setattr(template, name, value)

    return change


def subject(*pairs: tuple[str, str]) -> Change:
    """The subject of these (label, text) pairs."""
    return fields(subject_der=x509.encode_name(pairs))


def path_length(number: int) -> Change:
    """BasicConstraints of a CA with a path length."""
    row = x509.basic_constraints_extension(is_ca=True, path_length=number)
    return put(ext.BASIC_CONSTRAINTS, row)


def usage(*uses: str) -> Change:
    """KeyUsage of these names."""
    return put(ext.KEY_USAGE, x509.key_usage_extension(uses))


def rows(*changes: Change) -> list[bytes]:
    """The extensions that changes append, in DER."""
    template = x509.CertificateTemplate(b"", b"", b"", AT, AT)
    _together(changes)(template)
    return template.extensions


# --- names ------------------------------------------------------------------------------------


def dns(text: str) -> bytes:
    """A dNSName."""
    return write.element(0x82, text.encode("latin-1"))


def email(text: str) -> bytes:
    """An rfc822Name."""
    return write.element(0x81, text.encode("latin-1"))


def uri(text: str) -> bytes:
    """A uniformResourceIdentifier."""
    return write.element(0x86, text.encode("latin-1"))


def ip(text: str) -> bytes:
    """An iPAddress from hexadecimal, or dotted with ``/`` before the mask."""
    if "." not in text:
        return write.element(0x87, bytes.fromhex(text))
    return write.element(0x87, bytes(int(n) for part in text.split("/") for n in part.split(".")))


def directory(*pairs: tuple[str, str]) -> bytes:
    """A directoryName."""
    return write.explicit(4, x509.encode_name(pairs))


def other_name() -> bytes:
    """An otherName of a private kind."""
    value = write.oid("1.2.156.10197.99.3") + write.explicit(0, write.null())
    return write.element(0xA0, value)


def san(*names: bytes, is_critical: bool = False) -> Change:
    """SubjectAltName."""
    value = write.sequence(*names)
    return add(x509.encode_extension(ext.SUBJECT_ALT_NAME, value, is_critical=is_critical))


def constraints(
    permitted: Iterable[bytes] = (),
    excluded: Iterable[bytes] = (),
    *,
    behind: bytes = b"",
    is_critical: bool = True,
) -> Change:
    """NameConstraints; ``behind`` follows the base of every subtree."""
    parts = []
    for number, bases in enumerate((tuple(permitted), tuple(excluded))):
        if bases:
            rows = b"".join(write.sequence(base, behind) for base in bases)
            parts.append(write.element(0xA0 | number, rows))
    value = write.sequence(*parts)
    return add(x509.encode_extension(ext.NAME_CONSTRAINTS, value, is_critical=is_critical))


# --- policies ---------------------------------------------------------------------------------


def policies(*oids: str) -> Change:
    """CertificatePolicies."""
    value = write.sequence(*(write.sequence(write.oid(oid)) for oid in oids))
    return add(x509.encode_extension(ext.CERTIFICATE_POLICIES, value))


def mappings(*pairs: tuple[str, str]) -> Change:
    """PolicyMappings."""
    rows = (write.sequence(write.oid(one), write.oid(other)) for one, other in pairs)
    value = write.sequence(*rows)
    return add(x509.encode_extension(ext.POLICY_MAPPINGS, value, is_critical=True))


def policy_constraints(
    explicit: int | None = None, mapping: int | None = None, *, is_critical: bool = True
) -> Change:
    """PolicyConstraints."""
    numbers = enumerate((explicit, mapping))
    rows = (write.element(0x80 | n, bytes([skip])) for n, skip in numbers if skip is not None)
    value = write.sequence(*rows)
    return add(x509.encode_extension(ext.POLICY_CONSTRAINTS, value, is_critical=is_critical))


def inhibit_any_policy(skip: int) -> Change:
    """InhibitAnyPolicy."""
    value = write.integer(skip)
    return add(x509.encode_extension(ext.INHIBIT_ANY_POLICY, value, is_critical=True))
