"""The one door to pyHanko for reading: whatever it raises becomes a FormatError.

pyHanko's reader is written for documents that its caller knows; here a parser meets hostile bytes,
and answers with any of a dozen exceptions. Nothing is registered into it or into asn1crypto: signed
data and certificates are read by our own code.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from pyhanko.pdf_utils.misc import PdfError, PdfStrictReadError

from govseal.errors import FormatError, UnsupportedFormat

__all__ = ["PdfStrictReadError", "guarded"]

_T = TypeVar("_T")

# What pyHanko logs is in the report already, with a name; a library says nothing on its own.
logging.getLogger("pyhanko").addHandler(logging.NullHandler())


def guarded(call: Callable[[], _T], what: str) -> _T:
    """What ``call`` returns; ``what`` names it in the error.

    Raises:
        FormatError: ``container_damaged`` where pyHanko says so, ``malformed`` where it was taken
            by surprise.
        UnsupportedFormat: a form that it does not know.
    """
    try:
        return call()
    except FormatError:
        raise
    except NotImplementedError as error:
        raise UnsupportedFormat(f"{what}: {_text(error)}") from None
    except PdfError as error:
        message = f"{what} cannot be read: {_text(error)}"
        raise FormatError(message, code="container_damaged", part=what) from None
    except RecursionError:
        raise FormatError(f"{what} is nested without end", part=what) from None
    except Exception as error:  # noqa: BLE001 - a parser of hostile bytes raises what it likes
        message = f"{what} cannot be read: {type(error).__name__} {_text(error)}"
        raise FormatError(message, part=what) from None


def _text(error: Exception) -> str:
    return str(error)[:200]
