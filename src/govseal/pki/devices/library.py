"""Shared libraries of devices' makers, and what keys in all devices have in common."""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from govseal.errors import DeviceError, InvalidSignature, KeyLoadError, SigningFault
from govseal.pki.algorithms import SignatureAlgorithm
from govseal.pki.certificate import Certificate
from govseal.pki.keys import PublicKey


class DeviceKey(ABC):
    """What keys of all devices have in common: they are ended by a ``with``."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Give the device back; twice is harmless."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class BareKey(DeviceKey):
    """A key without a certificate, as a CA is asked for one; shown without secrets."""

    __slots__ = ()

    public_key: PublicKey

    @property
    @abstractmethod
    def algorithm(self) -> SignatureAlgorithm:
        """What :meth:`sign` makes."""

    @abstractmethod
    def sign(self, message: bytes, /) -> bytes:
        """The signature over ``message``, Z and digest inside.

        Raises:
            DeviceError: the device refuses, or the key is closed.
            SigningFault: what it made does not verify under the public key.
        """

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.public_key.kind}>"


class DeviceSigner(DeviceKey):
    """A key with its certificate; shown without secrets."""

    __slots__ = ()

    certificate: Certificate

    def __repr__(self) -> str:
        certificate = self.certificate
        return f"<{type(self).__name__} {certificate.subject} {certificate.fingerprint[:16]}>"


def open_library(path: str) -> ctypes.CDLL:
    """The library at an absolute path; whatever it does when it is loaded is done then.

    Raises:
        DeviceError: ``invalid_uri``: not an absolute path, so that nothing is searched for;
            ``no_library``: the system cannot load it.
    """
    if not Path(path).is_absolute():
        raise DeviceError(f"not an absolute path to a library: {path}", code="invalid_uri")
    try:
        return ctypes.CDLL(path)
    except OSError as error:
        raise DeviceError(f"the library cannot be loaded: {error}", code="no_library") from None


def function(library: ctypes.CDLL, name: str, *arguments: Any) -> Any:  # noqa: ANN401 - ctypes' own
    """A function of the library that gives a 32-bit code.

    Raises:
        DeviceError: ``no_library``: it is not the interface's library, or an older one.
    """
    try:
        found = getattr(library, name)
    except AttributeError:
        path = library._name  # noqa: SLF001 - ctypes tells it nowhere else
        message = f"{path} has no function {name}: a library of another interface"
        raise DeviceError(message, call=name, code="no_library") from None
    found.argtypes = arguments
    found.restype = ctypes.c_uint32
    return found


def own_certificate(
    certificates: tuple[Certificate, ...], is_own: Callable[[PublicKey], bool]
) -> tuple[Certificate, tuple[Certificate, ...]]:
    """The first certificate whose key the device's is, and the others in their order.

    Raises:
        KeyLoadError: none of them belongs to the key.
    """
    own = next((c for c in certificates if is_own(c.public_key)), None)
    if own is None:
        message = "the certificate does not belong to the key in the device"
        raise KeyLoadError(message, kind="wrong_certificate")
    others = dict.fromkeys(certificates)
    return own, tuple(c for c in others if not c.public_key.is_same_key(own.public_key))


def check_made(
    signature: bytes, message: bytes, key: PublicKey, algorithm: SignatureAlgorithm
) -> bytes:
    """The signature that a device made, if it verifies under the public key.

    Raises:
        SigningFault: it does not: a fault, another key, or another way of signing than was set.
    """
    try:
        key.verify(signature, message, algorithm)
    except InvalidSignature:
        text = "what the device signed does not verify under its public key, and is not used"
        raise SigningFault(text) from None
    return signature
