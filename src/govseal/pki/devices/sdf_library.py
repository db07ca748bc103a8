"""The functions of an SDF library (GM/T 0018, GB/T 36322) that signing with SM2 needs.

Structures are packed, lengths are 32 bits, and numbers stand at the right end of their fields.
"""

from __future__ import annotations

import sys
from ctypes import POINTER, byref, c_char_p, c_ubyte, c_uint32, c_void_p
from typing import Final

from govseal import sm2
from govseal.errors import DeviceError, EncodingError
from govseal.pki.devices.library import function, open_library
from govseal.sm2.params import SCALAR_BYTES

_BASE: Final = 0x01000000
# GM/T 0018-2012, annex A; GB/T 36322-2018, annex A.
_NAMES: Final = {
    0x01: "SDR_UNKNOWERR",
    0x02: "SDR_NOTSUPPORT",
    0x03: "SDR_COMMFAIL",
    0x04: "SDR_HARDFAIL",
    0x05: "SDR_OPENDEVICE",
    0x06: "SDR_OPENSESSION",
    0x07: "SDR_PARDENY",
    0x08: "SDR_KEYNOTEXIST",
    0x09: "SDR_ALGNOTSUPPORT",
    0x0A: "SDR_ALGMODNOTSUPPORT",
    0x0B: "SDR_PKOPERR",
    0x0C: "SDR_SKOPERR",
    0x0D: "SDR_SIGNERR",
    0x0E: "SDR_VERIFYERR",
    0x0F: "SDR_SYMOPERR",
    0x10: "SDR_STEPERR",
    0x11: "SDR_FILESIZEERR",
    0x12: "SDR_FILENOEXIST",
    0x13: "SDR_FILEOFSERR",
    0x14: "SDR_KEYTYPEERR",
    0x15: "SDR_KEYERR",
    0x16: "SDR_ENCDATAERR",
    0x17: "SDR_RANDERR",
    0x18: "SDR_PRKRERR",
    0x19: "SDR_MACERR",
    0x1A: "SDR_FILEEXSITS",
    0x1B: "SDR_FILEWERR",
    0x1C: "SDR_NOBUFFER",
    0x1D: "SDR_INARGERR",
    0x1E: "SDR_OUTARGERR",
}
MAX_BITS: Final = (512, 256)
"""ECCref_MAX_BITS: of the standard as it stands, and of devices from before 2012."""
_KEY_BITS: Final = 256
# ECCrefPublicKey { unsigned int bits; x[]; y[] } and ECCSignature { r[]; s[] }, packed: octets, so
# that no compiler's idea of them matters, and always room for the larger edition's.
_Buffer: Final = c_ubyte * (4 + 2 * max(MAX_BITS) // 8)


class Sdf:
    """A library of a device's maker, with the structures of its edition of the standard."""

    def __init__(self, path: str, *, max_bits: int = 512) -> None:
        """The library at an absolute path; ``max_bits`` is its ECCref_MAX_BITS, 512 or 256.

        Raises:
            DeviceError: ``no_library``, ``invalid_uri``.
        """
        library = open_library(path)
        self._octets = max_bits // 8
        handle, number = c_void_p, c_uint32
        kinds = {
            "SDF_OpenDevice": (POINTER(handle),),
            "SDF_CloseDevice": (handle,),
            "SDF_OpenSession": (handle, POINTER(handle)),
            "SDF_CloseSession": (handle,),
            "SDF_ExportSignPublicKey_ECC": (handle, number, c_void_p),
            "SDF_GetPrivateKeyAccessRight": (handle, number, c_char_p, number),
            "SDF_ReleasePrivateKeyAccessRight": (handle, number),
            "SDF_InternalSign_ECC": (handle, number, c_char_p, number, c_void_p),
        }
        self._functions = {name: function(library, name, *kinds[name]) for name in kinds}

    def _call(self, name: str, *arguments: object, index: int | None = None) -> None:
        """``index`` is that of the key, where the call is about one."""
        value: int = self._functions[name](*arguments)
        if value:
            code = name_of(value)
            about = "" if index is None else f" for index {index}"
            message = f"the device refuses: {name} answers {code}{about}"
            raise DeviceError(message, call=name, code=code)

    def _open(self, name: str, *arguments: object) -> int:
        handle = c_void_p()
        self._call(name, *arguments, byref(handle))
        if not handle.value:
            raise _odd(name, "gave no handle")
        return handle.value

    def open_device(self) -> int:
        """A handle of the device."""
        return self._open("SDF_OpenDevice")

    def close_device(self, device: int) -> None:
        """Give the device back, whatever it says to that."""
        self._functions["SDF_CloseDevice"](device)

    def open_session(self, device: int) -> int:
        """A handle of a session, which one thread at a time may use."""
        return self._open("SDF_OpenSession", device)

    def close_session(self, session: int) -> None:
        """End a session, whatever the device says to that."""
        self._functions["SDF_CloseSession"](session)

    def export_public_key(self, session: int, index: int) -> sm2.PublicKey:
        """The public key of the signing key at ``index``.

        Raises:
            DeviceError: the device refuses, or what it gives is no SM2 key (``bad_answer``).
        """
        name = "SDF_ExportSignPublicKey_ECC"
        buffer = _Buffer()
        self._call(name, session, index, buffer, index=index)
        found = bytes(buffer)[: 4 + 2 * self._octets]
        bits = int.from_bytes(found[:4], sys.byteorder)
        if bits != _KEY_BITS:
            raise _odd(name, f"gave a key of {bits} bits; see ecc-max-bits")
        try:
            return sm2.PublicKey.decode(b"\x04" + _numbers(found[4:], name))
        except EncodingError as error:
            raise _odd(name, f"gave no SM2 key ({error}); see ecc-max-bits") from None

    def get_access_right(self, session: int, index: int, password: bytes) -> None:
        """The right to use the key (私钥使用权限), for this session."""
        size = len(password)
        name = "SDF_GetPrivateKeyAccessRight"
        self._call(name, session, index, password, size, index=index)

    def release_access_right(self, session: int, index: int) -> None:
        """Give the right back."""
        self._call("SDF_ReleasePrivateKeyAccessRight", session, index, index=index)

    def sign(self, session: int, index: int, digest: bytes) -> bytes:
        """The raw r ‖ s, 64 bytes, over e = SM3(Z ‖ M): one use of the key.

        Raises:
            DeviceError: the device refuses; nothing is tried twice.
        """
        name = "SDF_InternalSign_ECC"
        buffer = _Buffer()
        self._call(name, session, index, digest, len(digest), buffer, index=index)
        return _numbers(bytes(buffer)[: 2 * self._octets], name)


def _numbers(fields: bytes, name: str) -> bytes:
    """The two numbers of 32 bytes in fields of the same size, right-aligned."""
    half = len(fields) // 2
    parts = fields[:half], fields[half:]
    if any(part[:-SCALAR_BYTES].strip(b"\0") for part in parts):
        raise _odd(name, "gave numbers of more than 256 bits; see ecc-max-bits")
    return b"".join(part[-SCALAR_BYTES:] for part in parts)


def name_of(value: int) -> str:
    """The standard's name of an answer; its number where it has none, as vendors' have."""
    return _NAMES.get(value - _BASE, f"0x{value:08X}")


def _odd(name: str, what: str) -> DeviceError:
    return DeviceError(
        f"the device does not make sense: {name} {what}", call=name, code="bad_answer"
    )
