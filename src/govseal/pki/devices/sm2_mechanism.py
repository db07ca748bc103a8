"""How a PKCS#11 module signs with SM2: no standard mechanism exists, so the operator says it.

In the URI (``sm2-mechanism=0x80008103&sm2-input=message&sm2-output=der``), or for all URIs in the
TOML file that ``GOVSEAL_PKCS11_CONFIG`` names::

    [sm2]
    mechanism = 0x80008103
    input = "message"
    output = "der"
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from govseal import sm2
from govseal.errors import DeviceError
from govseal.pki.devices.uris import invalid, number_of, text_of
from govseal.sm2.params import RAW_SIGNATURE_BYTES

VARIABLE: Final = "GOVSEAL_PKCS11_CONFIG"
ATTRIBUTES: Final = ("sm2-mechanism", "sm2-input", "sm2-output")
MAX_MECHANISM: Final = 0xFFFFFFFF
_MAX_BYTES: Final = 64 * 1024
_INPUTS: Final = ("message", "z-message", "digest")
_OUTPUTS: Final = ("raw", "der")


@dataclass(frozen=True, slots=True)
class Sm2Mechanism:
    """A vendor's mechanism (厂商自定义机制) for SM2 signatures."""

    mechanism: int
    """CK_MECHANISM_TYPE; it takes no parameter."""
    input: str
    """What goes in: ``message`` (the device computes Z and the digest), ``z-message`` (it takes
    SM3 alone, over Z ‖ M) or ``digest`` (it signs e = SM3(Z ‖ M), 32 bytes)."""
    output: str
    """What comes out: ``raw`` r ‖ s of 64 bytes, or ``der``."""

    def prepare(self, message: bytes, key: sm2.PublicKey) -> bytes:
        """What the device is given so that it signs ``message`` (GB/T 32918.2, 6.1)."""
        if self.input == "message":
            return message
        prefixed = key.identity_digest() + message
        return prefixed if self.input == "z-message" else sm2.sm3(prefixed)

    def finish(self, output: bytes) -> bytes:
        """The DER signature of what the device gave.

        Raises:
            DeviceError: ``bad_answer``: not 64 bytes where they should be r ‖ s.
        """
        if self.output == "der":
            return output
        if len(output) != RAW_SIGNATURE_BYTES:
            message = f"{len(output)} bytes are no raw SM2 signature; see sm2-output"
            raise DeviceError(message, call="C_Sign", code="bad_answer")
        return sm2.encode_signature(output)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file of ``GOVSEAL_PKCS11_CONFIG`` says, for URIs that do not."""

    module_path: str | None = None
    sm2: Sm2Mechanism | None = None


def read_mechanism(attributes: dict[str, bytes]) -> Sm2Mechanism | None:
    """The mechanism of a URI's attributes; None where it names none.

    Raises:
        DeviceError: ``invalid_uri``.
    """
    if not any(name in attributes for name in ATTRIBUTES):
        return None
    number = number_of(attributes, "sm2-mechanism", highest=MAX_MECHANISM)
    kind, form = text_of(attributes, "sm2-input"), text_of(attributes, "sm2-output")
    if number is None or kind not in _INPUTS or form not in _OUTPUTS:
        raise invalid(
            f"sm2-mechanism is a number, sm2-input one of {', '.join(_INPUTS)}, "
            f"sm2-output one of {', '.join(_OUTPUTS)}; all three are needed"
        )
    return Sm2Mechanism(number, kind, form)


def read_settings() -> Settings:
    """The settings in the file that ``GOVSEAL_PKCS11_CONFIG`` names; none where it is not set.

    Raises:
        DeviceError: ``invalid_settings``: not TOML, too large, a word that is not known, or a value
            that is none.
        OSError: the file cannot be read.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return Settings()
    with Path(name).open("rb") as file:
        data = file.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise _wrong("the file is too large")
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(f"not TOML: {error}") from None
    if unknown := set(table).difference(("module-path", "sm2")):
        raise _wrong(f"not known: {', '.join(sorted(unknown))}")
    path = table.get("module-path")
    if path is not None and not isinstance(path, str):
        raise _wrong("module-path is a text")
    return Settings(path, _mechanism(table["sm2"]) if "sm2" in table else None)


def _mechanism(table: object) -> Sm2Mechanism:
    if not isinstance(table, dict) or set(table) != {"mechanism", "input", "output"}:
        raise _wrong("[sm2] has mechanism, input and output, and nothing else")
    number, kind, form = table["mechanism"], table["input"], table["output"]
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MAX_MECHANISM:
        raise _wrong("mechanism is a number of 32 bits")
    if kind not in _INPUTS:
        raise _wrong(f"input is one of {', '.join(_INPUTS)}")
    if form not in _OUTPUTS:
        raise _wrong(f"output is one of {', '.join(_OUTPUTS)}")
    return Sm2Mechanism(number, kind, form)


def _wrong(message: str) -> DeviceError:
    return DeviceError(f"the settings of {VARIABLE}: {message}", code="invalid_settings")
