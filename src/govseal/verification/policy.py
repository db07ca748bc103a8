"""What a verifier asks for: data, not code; the default is what the standards ask."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Final

from govseal.asn1 import strict, write
from govseal.errors import FormatError, LimitExceeded
from govseal.pki.algorithms import digest_algorithm
from govseal.pki.extensions import ANY_POLICY
from govseal.pki.policies import ANY_POLICIES, PolicyInputs
from govseal.pki.trust import TrustStore

if TYPE_CHECKING:
    from govseal.seal.binding import BindingProfile  # at run time only where one is asked for

_TYPES: Final = {
    "forbidden_digests": list,
    "signer_policies": list,
    "maker_policies": list,
    "binding": str,
}
_ANCHORS: Final = frozenset({"makers", "tsas", "cas"})
_CERTIFICATE_POLICIES: Final = ("signer_policies", "maker_policies")
WEAK_DIGESTS: Final = frozenset({"md5", "sha1"})
MAX_POLICY_BYTES: Final = 1024 * 1024
"""Of a policy file."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One verifier's requirements; frozen, so that a report can name what judged it.

    Raises:
        ValueError: ``signer_policies`` or ``maker_policies`` without an OID, or with what is none.
    """

    name: str = "default"
    require_seal: bool = False
    """Whether a file without a seal is *failed* (``required_seal_missing``)."""
    require_status: bool = False
    """Whether the registry's word on a seal has to be had (``seal_status_unknown``)."""
    strict: bool = False
    """Whether every departure from the standard that can be read all the same is refused."""
    forbidden_digests: frozenset[str] = WEAK_DIGESTS
    """Digest algorithms that prove nothing any more."""
    min_rsa_bits: int = 2048
    allow_mixed: bool = False
    """Whether a chain may mix SM2 with other keys: a notice then, else ``chain_mixed`` *fails*.

    It goes for every chain, that is of signers, makers, time stamp authorities and those who
    sign revocation lists and OCSP answers: no standard that we know provides for such a CA, and
    one that is there serves them all.
    """
    signer_policies: frozenset[str] | None = None
    """OIDs: the chain of a signer must be valid for one of these certificate policies, else it
    *fails* with ``certificate_policy_refused`` (RFC 5280, 6.1.1: user-initial-policy-set, with
    initial-explicit-policy). ``2.5.29.32.0`` (anyPolicy) is met by every policy, but not by none.
    None asks for nothing; what CAs ask of the certificates below them holds all the same. A signer
    whose own certificate is an anchor has no chain, and nothing is asked of him."""
    maker_policies: frozenset[str] | None = None
    """The same for makers of seals, whom other CAs certify for another work.

    Time stamp authorities and OCSP responders have neither: what they are for is in their extended
    key usage, which is judged, and their certificates carry the policies of their own CAs.
    """
    inhibit_policy_mapping: bool = False
    """Whether no CA may equate other policies with these (initial-policy-mapping-inhibit)."""
    inhibit_any_policy: bool = False
    """Whether anyPolicy in a certificate stands for none of these (initial-any-policy-inhibit)."""
    makers: TrustStore | None = None
    """Where given, the only anchors of seal makers; else the signers' anchors serve both.

    The operating system's roots then do not: see :attr:`govseal.TrustStore.named`.
    """
    tsas: TrustStore | None = None
    """Where given, the only anchors of time stamp authorities; else the signers' serve them."""
    binding: BindingProfile | None = None
    """Where given, the profile by which seals are judged (``seal_binding``)."""
    cas: TrustStore | None = None
    """Where given, the only CAs that a profile allows; they are no anchors for that."""

    def __post_init__(self) -> None:
        for name in _CERTIFICATE_POLICIES:
            value: Collection[str] | None = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _policy_oids(name, value))

    @property
    def signer_inputs(self) -> PolicyInputs:
        """What path validation is asked of the policies of signers."""
        return self._inputs(self.signer_policies)

    @property
    def maker_inputs(self) -> PolicyInputs:
        """What path validation is asked of the policies of makers."""
        return self._inputs(self.maker_policies)

    def _inputs(self, policies: frozenset[str] | None) -> PolicyInputs:
        if policies is None and not (self.inhibit_policy_mapping or self.inhibit_any_policy):
            return ANY_POLICIES
        return PolicyInputs(
            acceptable=frozenset({ANY_POLICY}) if policies is None else policies,
            is_required=policies is not None,
            is_mapping_inhibited=self.inhibit_policy_mapping,
            is_any_policy_inhibited=self.inhibit_any_policy,
        )

    @property
    def settings(self) -> dict[str, object]:
        """What a policy file would say, by name: all that departs from the default.

        Values are those of JSON, sets as sorted lists. Name and anchors are left out.
        """
        found: dict[str, object] = {}
        if self is DEFAULT_POLICY:
            return found
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in {"name", *_ANCHORS} or value == field.default:
                continue
            if field.name == "binding":
                value = value.name
            found[field.name] = sorted(value) if isinstance(value, frozenset) else value
        return found

    @classmethod
    def from_file(cls, path: str | Path) -> Policy:
        """A policy from a TOML file in UTF-8, at most 1 MiB; see :meth:`from_toml`.

        Raises:
            FormatError: what is in it is no policy; too large (``LimitExceeded``).
            OSError: it cannot be read.
        """
        with Path(path).open("rb") as file:
            data = file.read(MAX_POLICY_BYTES + 1)
        if len(data) > MAX_POLICY_BYTES:
            message = f"the policy is larger than {MAX_POLICY_BYTES} bytes"
            raise LimitExceeded(message, limit=MAX_POLICY_BYTES, found=len(data), part="policy")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise FormatError("the policy is not a text in UTF-8", part="policy") from None
        return cls.from_toml(text)

    @classmethod
    def from_toml(cls, text: str) -> Policy:
        """A policy from TOML text: the fields above by name, anchors left out.

        ``binding`` is the name of a shipped profile.

        Raises:
            FormatError: not TOML, a field that no policy has, or a value of another type.
        """
        try:
            table = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # of numbers too, which TOML does not bound
            raise FormatError(f"the policy is not TOML: {error}", part="policy") from None
        known = {field.name for field in fields(cls)} - _ANCHORS
        for key, value in table.items():
            if key not in known:
                raise FormatError(f"the policy has no setting {key!r}", part="policy")
            wanted = _TYPES.get(key) or type(getattr(DEFAULT_POLICY, key))
            if type(value) is not wanted:
                raise FormatError(f"{key}: {wanted.__name__} was expected", part="policy")
        if "forbidden_digests" in table:
            names = table["forbidden_digests"]
            if not all(isinstance(name, str) for name in names):
                raise FormatError("forbidden_digests: names were expected", part="policy")
            table["forbidden_digests"] = frozenset(map(_digest_name, names)) | WEAK_DIGESTS
        if "binding" in table:
            table["binding"] = _shipped_profile(table["binding"])
        try:
            return cls(**table)
        except ValueError as error:
            raise FormatError(str(error), part="policy") from None


def _shipped_profile(name: str) -> BindingProfile:
    from govseal.seal.binding import load_profile, profile_names  # noqa: PLC0415 - start-up

    if name not in profile_names():
        raise FormatError(f"binding: {name!r} is no shipped profile", part="policy")
    return load_profile(name)


def _digest_name(text: str) -> str:
    """The name by which checks know a digest: a misspelt one would forbid nothing."""
    algorithm = digest_algorithm(text)
    if algorithm is None:
        raise FormatError(f"forbidden_digests: {text!r} is no digest known here", part="policy")
    return algorithm.name


def _policy_oids(name: str, values: Collection[str]) -> frozenset[str]:
    """The OIDs as a set; none at all could mean every policy or no policy, and is refused."""
    if isinstance(values, str) or not values:
        raise ValueError(f"{name}: a list of one or more OIDs was expected")
    for text in values:
        if not _is_oid(text):
            raise ValueError(f"{name}: {text!r} is not an object identifier such as 2.5.29.32.0")
    return frozenset(values)


def _is_oid(text: object) -> bool:
    """Whether the text is an OID as certificates are compared by: there and back, the same."""
    if not isinstance(text, str):
        return False
    try:
        return strict.oid_text(strict.parse(write.oid(text)).content) == text
    except (ValueError, FormatError):
        return False


DEFAULT_POLICY: Final = Policy()
