"""X.509 extensions read from their raw values (RFC 5280, 4.2), certificates and CRLs alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from govseal.asn1 import strict, write
from govseal.errors import EncodingError, GovsealError
from govseal.pki import names

SUBJECT_KEY_IDENTIFIER: Final = "2.5.29.14"
KEY_USAGE: Final = "2.5.29.15"
SUBJECT_ALT_NAME: Final = "2.5.29.17"
ISSUER_ALT_NAME: Final = "2.5.29.18"
BASIC_CONSTRAINTS: Final = "2.5.29.19"
NAME_CONSTRAINTS: Final = "2.5.29.30"
CRL_DISTRIBUTION_POINTS: Final = "2.5.29.31"
CERTIFICATE_POLICIES: Final = "2.5.29.32"
POLICY_MAPPINGS: Final = "2.5.29.33"
AUTHORITY_KEY_IDENTIFIER: Final = "2.5.29.35"
POLICY_CONSTRAINTS: Final = "2.5.29.36"
EXTENDED_KEY_USAGE: Final = "2.5.29.37"
INHIBIT_ANY_POLICY: Final = "2.5.29.54"
AUTHORITY_INFORMATION: Final = "1.3.6.1.5.5.7.1.1"
OCSP_NO_CHECK: Final = "1.3.6.1.5.5.7.48.1.5"
OCSP_ACCESS: Final = "1.3.6.1.5.5.7.48.1"

# What a path may carry as critical: everything else that is critical breaks the chain.
UNDERSTOOD: Final = frozenset(
    {
        SUBJECT_KEY_IDENTIFIER,
        KEY_USAGE,
        SUBJECT_ALT_NAME,
        ISSUER_ALT_NAME,
        BASIC_CONSTRAINTS,
        NAME_CONSTRAINTS,
        CRL_DISTRIBUTION_POINTS,
        CERTIFICATE_POLICIES,
        POLICY_MAPPINGS,
        AUTHORITY_KEY_IDENTIFIER,
        POLICY_CONSTRAINTS,
        EXTENDED_KEY_USAGE,
        INHIBIT_ANY_POLICY,
        AUTHORITY_INFORMATION,
    }
)

KEY_USAGE_NAMES: Final = (
    "digital_signature",
    "non_repudiation",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)
SIGNING_USAGE: Final = frozenset({"digital_signature", "non_repudiation"})
ENCRYPTION_USAGE: Final = frozenset({"key_encipherment", "data_encipherment", "key_agreement"})
EXTENDED_KEY_USAGE_NAMES: Final = {
    "1.3.6.1.5.5.7.3.1": "server_auth",
    "1.3.6.1.5.5.7.3.2": "client_auth",
    "1.3.6.1.5.5.7.3.3": "code_signing",
    "1.3.6.1.5.5.7.3.4": "email_protection",
    "1.3.6.1.5.5.7.3.8": "time_stamping",
    "1.3.6.1.5.5.7.3.9": "ocsp_signing",
    "2.5.29.37.0": "any",
}
ANY_POLICY: Final = "2.5.29.32.0"
GENERAL_NAME_KINDS: Final = {
    0xA0: "otherName",
    0x81: "rfc822Name",
    0x82: "dNSName",
    0xA3: "x400Address",
    0xA4: "directoryName",
    0xA5: "ediPartyName",
    0x86: "uniformResourceIdentifier",
    0x87: "iPAddress",
    0x88: "registeredID",
}
_URI_TAG: Final = 0x86
_NO_DISTANCE: Final = b"\x80\x01\x00"
_DIRECTORY_NAME_TAG: Final = 0xA4


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension: whether it is critical, and the DER inside its OCTET STRING."""

    oid: str
    is_critical: bool
    value: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class GeneralName:
    """One GeneralName (RFC 5280, 4.2.1.6)."""

    kind: str
    """A name of ``GENERAL_NAME_KINDS``; the tag in hexadecimal for any other."""
    value: bytes = field(repr=False)
    """The content as received; of a directoryName the Name."""


@dataclass(frozen=True, slots=True)
class NameConstraints:
    """What the names below a CA must, and must not, be within (RFC 5280, 4.2.1.10)."""

    permitted: tuple[GeneralName, ...] = ()
    excluded: tuple[GeneralName, ...] = ()
    has_distances: bool = False
    """Whether a subtree has a minimum other than 0 or a maximum, which the profile forbids."""


@dataclass(frozen=True, slots=True)
class PolicyConstraints:
    """After how many more certificates a rule on policies holds (RFC 5280, 4.2.1.11)."""

    require_explicit_policy: int | None = None
    inhibit_policy_mapping: int | None = None


def read_extensions(element: strict.Tlv, what: str) -> dict[str, Extension]:
    """The extensions of a SEQUENCE OF Extension by OID; an encoded DEFAULT FALSE is read.

    Raises:
        EncodingError: not that structure, or an extension occurs twice.
    """
    found: dict[str, Extension] = {}
    for item in strict.expect(element, strict.SEQUENCE, what).children():
        parts = strict.expect(item, strict.SEQUENCE, what).children()
        if not 2 <= len(parts) <= 3:
            raise EncodingError(f"{what}: not an Extension", part=what, offset=item.start)
        # Some makers write raw ASCII where the identifier belongs.
        oid = strict.read_any_oid(parts[0], what)
        is_critical = len(parts) == 3 and strict.read_boolean(parts[1], what)
        if oid in found:
            raise EncodingError(f"{what}: the extension {oid} occurs twice", part=what)
        found[oid] = Extension(oid, is_critical, strict.read_octets(parts[-1], what))
    return found


def read_named_bits(element: strict.Tlv, what: str) -> tuple[int, ...]:
    """The numbers of the bits that are set; trailing zero bits are read though not DER."""
    content = strict.expect(element, strict.BIT_STRING, what).content
    if not content or content[0] > 7 or len(content) > 16:
        raise EncodingError(f"{what}: not a row of named bits", part=what)
    used = 8 * (len(content) - 1) - content[0]
    return tuple(at for at in range(used) if content[1 + at // 8] & 0x80 >> at % 8)


def read_key_usage(value: bytes) -> frozenset[str]:
    """The uses that KeyUsage allows, by the names in ``KEY_USAGE_NAMES``."""
    bits = read_named_bits(strict.parse(value, part="keyUsage"), "keyUsage")
    return frozenset(KEY_USAGE_NAMES[bit] for bit in bits if bit < len(KEY_USAGE_NAMES))


def read_basic_constraints(value: bytes) -> tuple[bool, int | None]:
    """Whether the certificate is a CA's, and its path length constraint."""
    what = "basicConstraints"
    parts = list(strict.expect(strict.parse(value, part=what), strict.SEQUENCE, what).children())
    is_ca = False
    if parts and parts[0].tag == strict.BOOLEAN:
        is_ca = strict.read_boolean(parts.pop(0), what)
    length = strict.read_integer(parts.pop(0), what) if parts else None
    if parts or (length is not None and length < 0):
        raise EncodingError(f"{what}: not that structure", part=what)
    return is_ca, length


def read_extended_key_usage(value: bytes) -> frozenset[str]:
    """The purposes by the names in ``EXTENDED_KEY_USAGE_NAMES``, others by their OID."""
    what = "extKeyUsage"
    parts = strict.expect(strict.parse(value, part=what), strict.SEQUENCE, what).children()
    oids = [strict.read_oid(part, what) for part in parts]
    return frozenset(EXTENDED_KEY_USAGE_NAMES.get(oid, oid) for oid in oids)


def read_subject_key_id(value: bytes) -> bytes | None:
    """The key identifier; None where the extension is malformed: it is no more than a hint."""
    try:
        return strict.read_octets(strict.parse(value), "subjectKeyIdentifier")
    except GovsealError:
        return None


def read_authority_key_id(value: bytes) -> bytes | None:
    """The keyIdentifier; None where it is absent or malformed: it is no more than a hint."""
    try:
        for part in strict.expect(strict.parse(value), strict.SEQUENCE, "AKI").children():
            if part.tag == 0x80:
                return part.content
    except GovsealError:
        return None
    return None


def read_general_name(element: strict.Tlv) -> GeneralName:
    """One GeneralName; a kind that does not exist is read all the same.

    Raises:
        EncodingError: a directoryName that is no Name.
    """
    kind = GENERAL_NAME_KINDS.get(element.tag, f"{element.tag:#04x}")
    if kind != "directoryName":
        return GeneralName(kind, element.content)
    value = strict.explicit(element, 4, kind).raw
    names.read_name(value)
    return GeneralName(kind, value)


def read_alt_names(value: bytes) -> tuple[GeneralName, ...]:
    """The names of SubjectAltName (RFC 5280, 4.2.1.6)."""
    what = "subjectAltName"
    row = strict.expect(strict.parse(value, part=what), strict.SEQUENCE, what).children()
    return tuple(read_general_name(element) for element in row)


def read_name_constraints(value: bytes) -> NameConstraints:
    """The subtrees of NameConstraints."""
    what = "nameConstraints"
    found: dict[int, tuple[GeneralName, ...]] = {}
    has_distances = False
    for part in strict.expect(strict.parse(value, part=what), strict.SEQUENCE, what).children():
        if part.tag not in (0xA0, 0xA1) or found.keys() & {part.tag, 0xA1}:
            raise EncodingError(f"{what}: not that structure", part=what)
        bases = []
        for subtree in part.children():
            elements = strict.expect(subtree, strict.SEQUENCE, what).children()
            if not elements:
                raise EncodingError(f"{what}: a subtree without a base", part=what)
            bases.append(read_general_name(elements[0]))
            has_distances = has_distances or any(e.raw != _NO_DISTANCE for e in elements[1:])
        found[part.tag] = tuple(bases)
    return NameConstraints(found.get(0xA0, ()), found.get(0xA1, ()), has_distances)


def read_policies(value: bytes) -> tuple[str, ...]:
    """The OIDs of CertificatePolicies, each once; qualifiers are passed over."""
    what = "certificatePolicies"
    oids = []
    for item in strict.expect(strict.parse(value, part=what), strict.SEQUENCE, what).children():
        parts = strict.expect(item, strict.SEQUENCE, what).children()
        if not 1 <= len(parts) <= 2:
            raise EncodingError(f"{what}: not a PolicyInformation", part=what)
        oids.append(strict.read_any_oid(parts[0], what))
    return tuple(dict.fromkeys(oids))


def read_policy_mappings(value: bytes) -> tuple[tuple[str, str], ...]:
    """The pairs of PolicyMappings: the issuer's policy, and the subject's that counts as it."""
    what = "policyMappings"
    pairs = []
    for item in strict.expect(strict.parse(value, part=what), strict.SEQUENCE, what).children():
        parts = strict.expect(item, strict.SEQUENCE, what).children()
        if len(parts) != 2:
            raise EncodingError(f"{what}: two policies were expected", part=what)
        pairs.append((strict.read_any_oid(parts[0], what), strict.read_any_oid(parts[1], what)))
    return tuple(dict.fromkeys(pairs))


def read_policy_constraints(value: bytes) -> PolicyConstraints:
    """The two numbers of PolicyConstraints; None where one is absent."""
    what = "policyConstraints"
    numbers: dict[int, int] = {}
    for part in strict.expect(strict.parse(value, part=what), strict.SEQUENCE, what).children():
        if part.tag not in (0x80, 0x81) or numbers.keys() & {part.tag, 0x81}:
            raise EncodingError(f"{what}: not that structure", part=what)
        numbers[part.tag] = _read_skip(part.content, what)
    return PolicyConstraints(numbers.get(0x80), numbers.get(0x81))


def read_inhibit_any_policy(value: bytes) -> int:
    """The number of InhibitAnyPolicy (RFC 5280, 4.2.1.14)."""
    what = "inhibitAnyPolicy"
    return _read_skip(strict.expect(strict.parse(value), strict.INTEGER, what).content, what)


def _read_skip(content: bytes, what: str) -> int:
    """The value of SkipCerts: a number that is not negative."""
    if not 1 <= len(content) <= 8 or content[0] & 0x80:
        raise EncodingError(f"{what}: not a number of certificates", part=what)
    return int.from_bytes(content, "big")


def read_general_uris(elements: Iterable[strict.Tlv]) -> tuple[str, ...]:
    """The uniformResourceIdentifiers in a row of GeneralName."""
    return tuple(item.content.decode("latin-1") for item in elements if item.tag == _URI_TAG)


def read_distribution_point_name(element: strict.Tlv) -> tuple[str, ...]:
    """The URIs of DistributionPointName inside its [0] (RFC 5280, 4.2.1.13)."""
    children = element.children()
    if len(children) != 1 or children[0].tag != 0xA0:
        return ()
    return read_general_uris(children[0].children())


def read_crl_urls(value: bytes) -> tuple[str, ...]:
    """The URIs of all distribution points; empty where the extension is malformed.

    Chinese CAs often name nothing but LDAP.
    """
    try:
        points = strict.expect(strict.parse(value), strict.SEQUENCE, "CRL").children()
        urls: list[str] = []
        for point in points:
            for part in strict.expect(point, strict.SEQUENCE, "CRL").children():
                if part.tag == 0xA0:
                    urls.extend(read_distribution_point_name(part))
    except GovsealError:
        return ()
    return tuple(dict.fromkeys(urls))


@dataclass(frozen=True, slots=True)
class DistributionPoint:
    """Where a list is published, as certificate and list name it alike (RFC 5280, 4.2.1.13)."""

    names: frozenset[bytes]
    """Its GeneralNames in DER as received; a relative name is completed with the issuer's."""
    has_other_issuer: bool = False
    """Whether somebody else issues the list (cRLIssuer): an indirect one."""


def read_point_names(element: strict.Tlv, issuer_der: bytes) -> frozenset[bytes]:
    """The names of DistributionPointName inside its [0]; ``issuer_der`` completes a relative one.

    Raises:
        EncodingError: not that structure.
    """
    inner = element.children()
    if len(inner) != 1 or inner[0].tag not in (0xA0, 0xA1):
        raise EncodingError("distributionPoint: not a name", part="distributionPoint")
    if inner[0].tag == 0xA0:
        return frozenset(name.raw for name in inner[0].children())
    above = strict.expect(strict.parse(issuer_der), strict.SEQUENCE, "Name").content
    whole = write.element(strict.SEQUENCE, above + write.element(strict.SET, inner[0].content))
    return frozenset({write.element(_DIRECTORY_NAME_TAG, whole)})


def read_distribution_points(value: bytes, issuer_der: bytes) -> tuple[DistributionPoint, ...]:
    """The distribution points of a certificate; none where the extension is malformed."""
    found = []
    try:
        for point in strict.expect(strict.parse(value), strict.SEQUENCE, "CRL").children():
            parts = {
                part.tag: part for part in strict.expect(point, strict.SEQUENCE, "CRL").children()
            }
            name = parts.get(0xA0)
            names = frozenset() if name is None else read_point_names(name, issuer_der)
            found.append(DistributionPoint(names, has_other_issuer=0xA2 in parts))
    except GovsealError:
        return ()
    return tuple(found)


def read_ocsp_urls(value: bytes) -> tuple[str, ...]:
    """The URIs of OCSP responders in AuthorityInfoAccess; none where it is malformed."""
    urls: list[str] = []
    try:
        for row in strict.expect(strict.parse(value), strict.SEQUENCE, "AIA").children():
            method, place = strict.expect(row, strict.SEQUENCE, "AIA").children()
            if strict.read_any_oid(method, "AIA") == OCSP_ACCESS:
                urls.extend(read_general_uris((place,)))
    except (GovsealError, ValueError):
        return ()
    return tuple(dict.fromkeys(urls))


def unknown_critical(extensions: Mapping[str, Extension], known: frozenset[str]) -> tuple[str, ...]:
    """The OIDs of critical extensions that are not in ``known``, in the order received."""
    return tuple(e.oid for e in extensions.values() if e.is_critical and e.oid not in known)
