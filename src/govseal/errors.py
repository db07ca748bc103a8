"""Every exception that leaves govseal, split by who is at fault.

A caller's own mistake is a plain ``TypeError`` or ``ValueError``; everything that a file, a key,
a device or a rule causes is a :class:`GovsealError`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from govseal.seal.binding import Violation
    from govseal.verification.report import Report


class GovsealError(Exception):
    """Root of all errors of this library."""


class FormatError(GovsealError):
    """The bytes are not what the format asks for: their fault, not the caller's.

    ``code`` is the stable reason that a report gives (``malformed``, ``container_damaged``,
    ``container_unsafe_name`` …); ``part`` names the file or field, ``offset`` the byte in it.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "malformed",
        part: str | None = None,
        offset: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.part = part
        self.offset = offset

    def kept(self) -> FormatError:
        """Itself, to be stored: without traceback and causes, whose frames hold what was read."""
        self.__cause__ = self.__context__ = None
        self.with_traceback(None)
        return self


class EncodingError(FormatError):
    """The bytes are not DER, or not the structure that was expected."""


class UnsupportedFormat(FormatError):
    """A form that is recognised, or not recognised at all, and cannot be read here."""

    def __init__(self, message: str, *, part: str | None = None) -> None:
        super().__init__(message, code="unsupported", part=part)


class LimitExceeded(FormatError):
    """An input is larger, deeper or more numerous than :class:`govseal.Limits` allows."""

    def __init__(self, message: str, *, limit: int, found: int, part: str | None = None) -> None:
        super().__init__(message, code="container_too_large", part=part)
        self.limit = limit
        self.found = found


class FileChanged(GovsealError):
    """Somebody wrote into a file while it was read: there is nothing that could be said of it."""


class InvalidSignature(GovsealError):
    """A signature value, or an HMAC tag, does not belong to this key and message."""


class InvalidCiphertext(GovsealError):
    """A ciphertext does not belong to this key, or was changed; why is not told.

    Whoever may send ciphertexts learns nothing from the answer but that it was refused.
    """


class SigningUnavailable(GovsealError):
    """Software signing, encrypting and decrypting with SM2 need the compiled core.

    It is not installed here.
    """


class SigningFault(GovsealError):
    """A signature that was just made does not verify: a fault of the machine or its memory."""


class SealError(GovsealError):
    """The seal may not be made or used so; ``code`` is one of the ``E_…`` refusals.

    Where a profile's rules were asked, ``clause`` is the clause that refuses, and ``violations``
    are all rules that the seal does not meet, the one of ``code`` first.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        clause: str = "",
        violations: tuple[Violation, ...] = (),
    ) -> None:
        super().__init__(message)
        self.code = code
        self.clause = clause
        self.violations = violations


class StampError(GovsealError):
    """The document cannot take the stamp; ``code`` says why (``no_such_page`` …)."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class TimestampRefused(GovsealError):
    """A time stamp authority gave no token; ``code`` is its reason in words (RFC 3161, 2.4.2).

    ``bad_algorithm``, ``bad_request``, ``bad_data_format``, ``time_not_available``,
    ``unaccepted_policy``, ``unaccepted_extension``, ``information_not_available``,
    ``system_failure``, or the status where it gave no reason: ``rejection``, ``waiting`` …
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class FetchError(GovsealError):
    """Something could not be had from a network; ``url`` is where it was to be.

    Name and password in a URL are left out of both.
    """

    def __init__(self, message: str, *, url: str) -> None:
        import re  # noqa: PLC0415 - start-up

        self.url = re.sub(r"//[^/?#]*@", "//", url)
        super().__init__(f"{self.url}: {message}")


class KeyLoadError(GovsealError):
    """A key or container cannot be loaded.

    ``kind`` is ``wrong_password``, ``wrong_container`` (no key file, whatever its state),
    ``wrong_key`` (an envelope made for another key), ``no_certificate``, ``wrong_certificate``
    (that of another key), ``unsupported``, ``damaged``, ``absent`` or ``unsafe_file`` (others may
    read the file of a key at rest).
    """

    def __init__(self, message: str, *, kind: str) -> None:
        super().__init__(message)
        self.kind = kind


class DeviceError(GovsealError):
    """A device that holds keys refused, or what was asked for is not there.

    ``call`` is the function of its interface, as the standard names it (``C_Login``,
    ``SDF_OpenDevice``); empty where none was reached. ``code`` is the device's answer by its name
    (``CKR_PIN_INCORRECT``, ``SDR_PARDENY``) or number (``0x01000100``), or else one of our words:
    ``invalid_uri``, ``invalid_settings``, ``no_library``, ``no_token``, ``several_tokens``,
    ``no_key``, ``several_keys``, ``no_certificate``, ``several_certificates``,
    ``no_public_key``, ``no_pin``, ``wrong_key``, ``unsupported``, ``bad_answer``.
    """

    def __init__(self, message: str, *, call: str = "", code: str) -> None:
        super().__init__(message)
        self.call = call
        self.code = code


class VerificationError(GovsealError):
    """Raised by :meth:`govseal.Report.require_valid` alone; carries the report."""

    def __init__(self, message: str, *, report: Report) -> None:
        super().__init__(message)
        self.report = report


class RegistryError(GovsealError):
    """Root of what the bureau's registry says: a refusal, or a database that is not as it was.

    ``code`` is stable: an ``E_…`` refusal, or ``database_busy``, ``schema_unknown``,
    ``schema_old``, ``secrets_missing``, ``not_found`` …
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class Refused(RegistryError):
    """A rule refuses a step; ``clause`` is the clause that does. Nothing was changed."""

    def __init__(self, message: str, *, code: str, clause: str = "") -> None:
        super().__init__(message, code=code)
        self.clause = clause


class Defective(Refused):
    """The content of a document is not regular: ``defects`` is everything that is wrong."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "E_DEFECTS",
        clause: str = "",
        defects: tuple[str, ...],
    ) -> None:
        super().__init__(message, code=code, clause=clause)
        self.defects = defects


class StateError(Refused):
    """A step that the present state does not permit: ``state`` is it, ``wanted`` those that do."""

    def __init__(
        self,
        message: str,
        *,
        code: str = "E_STATE",
        clause: str = "",
        state: str,
        wanted: tuple[str, ...],
    ) -> None:
        super().__init__(message, code=code, clause=clause)
        self.state = state
        self.wanted = wanted


class NotAuthorized(Refused):
    """Whoever acts has no role that permits the step."""

    def __init__(self, message: str, *, code: str = "E_NOT_AUTHORIZED", clause: str = "") -> None:
        super().__init__(message, code=code, clause=clause)


class LedgerBroken(RegistryError):
    """The ledger does not prove itself; ``entry`` is the first number that is wrong."""

    def __init__(self, message: str, *, entry: int, code: str = "ledger_broken") -> None:
        super().__init__(message, code=code)
        self.entry = entry
