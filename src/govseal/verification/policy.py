"""What a verifier asks for: data, not code; the default is what the standards ask."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from govseal.errors import FormatError
from govseal.pki.algorithms import digest_algorithm
from govseal.pki.trust import TrustStore

if TYPE_CHECKING:
    from govseal.seal.binding import BindingProfile  # at run time only where one is asked for

_TYPES: Final = {"forbidden_digests": list, "binding": str}
WEAK_DIGESTS: Final = frozenset({"md5", "sha1"})


@dataclass(frozen=True, slots=True)
class Policy:
    """One verifier's requirements; frozen, so that a report can name what judged it."""

    name: str = "default"
    require_seal: bool = False
    """Whether a file without a seal is *failed* (``required_seal_missing``)."""
    strict: bool = False
    """Whether every departure from the standard that can be read all the same is refused."""
    forbidden_digests: frozenset[str] = WEAK_DIGESTS
    """Digest algorithms that prove nothing any more."""
    min_rsa_bits: int = 2048
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
        known = {field.name for field in fields(cls)} - {"makers", "tsas", "cas"}
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
        return cls(**table)


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


DEFAULT_POLICY: Final = Policy()
