"""The functions of a PKCS#11 module (Cryptoki) that signing needs, through ctypes.

The module's own calls and no others: a signature is one C_SignInit and one C_Sign, vendors'
mechanisms are numbers like any other, and errors keep the name of their call.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Mapping
from ctypes import byref, c_char, c_ubyte, c_ulong, c_void_p
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from govseal.errors import DeviceError
from govseal.pki.devices import cryptoki_codes as codes
from govseal.pki.devices.library import open_library

CKO_CERTIFICATE: Final = 1
CKO_PUBLIC_KEY: Final = 2
CKO_PRIVATE_KEY: Final = 3
CKA_CLASS: Final = 0x000
CKA_LABEL: Final = 0x003
CKA_VALUE: Final = 0x011
CKA_KEY_TYPE: Final = 0x100
CKA_ID: Final = 0x102
CKA_MODULUS: Final = 0x120
CKA_PUBLIC_EXPONENT: Final = 0x122
CKA_EC_POINT: Final = 0x181
CKK_RSA: Final = bytes(c_ulong(0))
CKM_RSA_PKCS: Final = 0x001
CKM_SHA256_RSA_PKCS: Final = 0x040
CKM_ECDSA: Final = 0x1041

_CKF_OS_LOCKING_OK: Final = 2
_CKF_SERIAL_SESSION: Final = 4
_CKF_LOGIN_REQUIRED: Final = 0x004
_CKF_PROTECTED_AUTHENTICATION_PATH: Final = 0x100
_CKU_USER: Final = 1
_MAX_SLOTS: Final = 1024
_MAX_MECHANISMS: Final = 4096
_MAX_OBJECTS: Final = 64
_MAX_ATTRIBUTE: Final = 64 * 1024
_MAX_SIGNATURE: Final = 2048  # RSA of 16384 bits
# The place of each function in CK_FUNCTION_LIST, behind its version.
_PLACES: Final = {
    "C_Initialize": 0,
    "C_GetSlotList": 4,
    "C_GetTokenInfo": 6,
    "C_GetMechanismList": 7,
    "C_OpenSession": 12,
    "C_CloseSession": 13,
    "C_Login": 18,
    "C_GetAttributeValue": 24,
    "C_FindObjectsInit": 26,
    "C_FindObjects": 27,
    "C_FindObjectsFinal": 28,
    "C_SignInit": 42,
    "C_Sign": 43,
}
_FUNCTIONS: Final = 68


class _Structure(ctypes.Structure):
    # The standard packs to one byte on Windows, and leaves it to the compiler elsewhere.
    if sys.platform == "win32":
        _pack_ = 1


class _FunctionList(_Structure):
    _fields_: ClassVar = [("version", c_ubyte * 2), ("functions", c_void_p * _FUNCTIONS)]


class _InitializeArguments(_Structure):
    _fields_: ClassVar = [
        ("mutex_functions", c_void_p * 4),
        ("flags", c_ulong),
        ("reserved", c_void_p),
    ]


class _TokenInfo(_Structure):
    _fields_: ClassVar = [
        ("label", c_char * 32),
        ("manufacturer", c_char * 32),
        ("model", c_char * 16),
        ("serial", c_char * 16),
        ("flags", c_ulong),
        ("limits", c_ulong * 10),
        ("versions", c_ubyte * 4),
        ("time", c_char * 16),
    ]


class _Attribute(_Structure):
    _fields_: ClassVar = [("type", c_ulong), ("value", c_void_p), ("size", c_ulong)]


class _Mechanism(_Structure):
    _fields_: ClassVar = [("mechanism", c_ulong), ("parameter", c_void_p), ("size", c_ulong)]


@dataclass(frozen=True, slots=True)
class Token:
    """A token (令牌) in a slot, as it names itself."""

    slot: int
    label: str
    manufacturer: str
    model: str
    serial: str
    needs_login: bool
    has_keypad: bool
    """Whether the PIN is entered at the device (CKF_PROTECTED_AUTHENTICATION_PATH)."""


class Module:
    """A loaded and initialised module; initialised once in a process, and never finalised."""

    def __init__(self, path: str) -> None:
        """The module at an absolute path.

        Raises:
            DeviceError: ``no_library``, ``invalid_uri``, or what C_Initialize answers.
        """
        library = open_library(path)
        try:
            get_list = library.C_GetFunctionList
        except AttributeError:
            message = f"no PKCS#11 module: {path}"
            raise DeviceError(message, call="C_GetFunctionList", code="no_library") from None
        address = c_void_p()
        get_list.restype = c_ulong
        self._library = library  # keeps it loaded
        _check("C_GetFunctionList", get_list(byref(address)))
        if not address.value:
            raise _odd("C_GetFunctionList", "gave no functions")
        table = _FunctionList.from_address(address.value)
        kind = ctypes.CFUNCTYPE(c_ulong)
        self._functions: dict[str, Any] = {}
        for name, place in _PLACES.items():
            if not table.functions[place]:
                raise DeviceError(f"the module has no {name}", call=name, code="unsupported")
            self._functions[name] = kind(table.functions[place])
        arguments = _InitializeArguments(flags=_CKF_OS_LOCKING_OK)
        value = self._functions["C_Initialize"](byref(arguments))
        if value != codes.ALREADY_INITIALIZED:
            _check("C_Initialize", value)

    def call(self, name: str, *arguments: object) -> None:
        """Call a function of the module.

        Raises:
            DeviceError: its answer, by name.
        """
        _check(name, self.answer(name, *arguments))

    def answer(self, name: str, *arguments: object) -> int:
        """What a function of the module returns."""
        value: int = self._functions[name](*arguments)
        return value

    def _numbers(self, name: str, most: int, *arguments: object) -> list[int]:
        """A list that the module gives after it gave its length."""
        count = c_ulong(0)
        self.call(name, *arguments, None, byref(count))
        if count.value > most:
            raise _odd(name, f"told of {count.value} entries")
        found = (c_ulong * max(count.value, 1))()
        count = c_ulong(len(found))
        self.call(name, *arguments, found, byref(count))
        return list(found[: min(count.value, len(found))])

    def tokens(self) -> list[Token]:
        """Every token that is there, in the order of slots.

        Raises:
            DeviceError: the module refuses; of one token alone, the token is left out.
        """
        found = []
        for slot in self._numbers("C_GetSlotList", _MAX_SLOTS, c_ubyte(1)):
            info = _TokenInfo()
            if self.answer("C_GetTokenInfo", c_ulong(slot), byref(info)) != codes.OK:
                continue  # a card of another kind, or taken out in this moment
            found.append(
                Token(
                    slot,
                    label=_text(info.label),
                    manufacturer=_text(info.manufacturer),
                    model=_text(info.model),
                    serial=_text(info.serial),
                    needs_login=bool(info.flags & _CKF_LOGIN_REQUIRED),
                    has_keypad=bool(info.flags & _CKF_PROTECTED_AUTHENTICATION_PATH),
                )
            )
        return found

    def mechanisms(self, token: Token) -> frozenset[int]:
        """The mechanisms that a token offers."""
        slot = c_ulong(token.slot)
        return frozenset(self._numbers("C_GetMechanismList", _MAX_MECHANISMS, slot))

    def open_session(self, token: Token) -> Session:
        """A read-only session with a token."""
        handle = c_ulong(0)
        flags = c_ulong(_CKF_SERIAL_SESSION)
        self.call("C_OpenSession", c_ulong(token.slot), flags, None, None, byref(handle))
        return Session(self, handle.value)


class Session:
    """A session with a token; one thread at a time uses it."""

    def __init__(self, module: Module, handle: int) -> None:
        self._module = module
        self._handle = c_ulong(handle)

    def close(self) -> None:
        """End the session, whatever the device says to that."""
        self._module.answer("C_CloseSession", self._handle)

    def log_in(self, pin: bytes | None) -> None:
        """Log in as the token's user; without a PIN at the device's own keypad.

        Where this process is logged in already, the device does not look at the PIN again.

        Raises:
            DeviceError: ``CKR_PIN_INCORRECT``, ``CKR_PIN_LOCKED`` …
        """
        size = c_ulong(0 if pin is None else len(pin))
        value = self._module.answer("C_Login", self._handle, c_ulong(_CKU_USER), pin, size)
        if value != codes.ALREADY_LOGGED_IN:
            _check("C_Login", value)

    def find(self, kind: int, attributes: Mapping[int, bytes]) -> list[int]:
        """The objects of a class with these attributes, at most 64."""
        wanted = {CKA_CLASS: bytes(c_ulong(kind)), **attributes}
        template = (_Attribute * len(wanted))()
        kept = []
        for row, (number, value) in zip(template, wanted.items(), strict=True):
            buffer = ctypes.create_string_buffer(value, max(len(value), 1))
            kept.append(buffer)
            row.type, row.size = number, len(value)
            row.value = ctypes.addressof(buffer)
        self._module.call("C_FindObjectsInit", self._handle, template, c_ulong(len(wanted)))
        found = (c_ulong * _MAX_OBJECTS)()
        count = c_ulong(0)
        try:
            most = c_ulong(_MAX_OBJECTS)
            self._module.call("C_FindObjects", self._handle, found, most, byref(count))
        finally:
            self._module.answer("C_FindObjectsFinal", self._handle)
        return list(found[: min(count.value, _MAX_OBJECTS)])

    def attribute(self, handle: int, number: int) -> bytes | None:
        """An attribute of an object; None where it has none, or does not show it.

        Raises:
            DeviceError: the device refuses, or the attribute is longer than 64 KiB.
        """
        row = _Attribute(type=number)
        if not self._get(handle, row):
            return None
        if row.size == c_ulong(-1).value:
            return None
        if row.size > _MAX_ATTRIBUTE:
            raise _odd("C_GetAttributeValue", f"told of {row.size} bytes")
        buffer = ctypes.create_string_buffer(max(row.size, 1))
        row.value = ctypes.addressof(buffer)
        if not self._get(handle, row) or row.size > len(buffer):
            return None
        return buffer.raw[: row.size]

    def _get(self, handle: int, row: _Attribute) -> bool:
        value = self._module.answer(
            "C_GetAttributeValue", self._handle, c_ulong(handle), byref(row), c_ulong(1)
        )
        if value in codes.NO_SUCH_ATTRIBUTE:
            return False
        _check("C_GetAttributeValue", value)
        return True

    def sign(self, handle: int, mechanism: int, data: bytes) -> bytes:
        """What a mechanism without parameter makes of ``data``: one use of the key.

        Raises:
            DeviceError: the device refuses; nothing is tried twice.
        """
        chosen = _Mechanism(mechanism, None, 0)
        self._module.call("C_SignInit", self._handle, byref(chosen), c_ulong(handle))
        buffer = ctypes.create_string_buffer(_MAX_SIGNATURE)
        size = c_ulong(len(buffer))
        self._module.call("C_Sign", self._handle, data, c_ulong(len(data)), buffer, byref(size))
        if size.value > len(buffer):
            raise _odd("C_Sign", f"told of {size.value} bytes")
        return buffer.raw[: size.value]


def _check(name: str, value: int) -> None:
    if value != codes.OK:
        code = codes.name_of(value)
        raise DeviceError(f"the device refuses: {name} answers {code}", call=name, code=code)


def _odd(name: str, what: str) -> DeviceError:
    return DeviceError(
        f"the device does not make sense: {name} {what}", call=name, code="bad_answer"
    )


def _text(padded: bytes) -> str:
    """A text of a token, which pads it with blanks."""
    return padded.decode("utf-8", "replace").rstrip(" ")
