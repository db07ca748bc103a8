"""Electronic seals for Chinese government: make, stamp and verify.

The public names load on first use, so that ``import govseal`` costs about what starting the
interpreter costs.
"""

from __future__ import annotations

TYPE_CHECKING = False  # what typing's constant is, without the cost of importing typing
if TYPE_CHECKING:
    from govseal.errors import DeviceError as DeviceError
    from govseal.errors import EncodingError as EncodingError
    from govseal.errors import FetchError as FetchError
    from govseal.errors import FileChanged as FileChanged
    from govseal.errors import FormatError as FormatError
    from govseal.errors import GovsealError as GovsealError
    from govseal.errors import InvalidCiphertext as InvalidCiphertext
    from govseal.errors import InvalidSignature as InvalidSignature
    from govseal.errors import KeyLoadError as KeyLoadError
    from govseal.errors import LimitExceeded as LimitExceeded
    from govseal.errors import SealError as SealError
    from govseal.errors import StampError as StampError
    from govseal.errors import UnsupportedFormat as UnsupportedFormat
    from govseal.errors import VerificationError as VerificationError
    from govseal.facade import check_revocation as check_revocation
    from govseal.facade import inspect as inspect
    from govseal.facade import judge_use as judge_use
    from govseal.facade import load_seal as load_seal
    from govseal.facade import make_seal as make_seal
    from govseal.facade import page_picture as page_picture
    from govseal.facade import prepare_stamp as prepare_stamp
    from govseal.facade import renew_seal as renew_seal
    from govseal.facade import stamp as stamp
    from govseal.facade import stamp_detached as stamp_detached
    from govseal.facade import verify as verify
    from govseal.facade_conversion import convert as convert
    from govseal.facade_signing import sign as sign
    from govseal.facade_signing import stamp_many as stamp_many
    from govseal.formats.base import Placement as Placement
    from govseal.formats.licence import LicenceIdentifier as LicenceIdentifier
    from govseal.formats.limits import Limits as Limits
    from govseal.formats.places import Keyword as Keyword
    from govseal.formats.places import OnPages as OnPages
    from govseal.formats.places import Seam as Seam
    from govseal.pki.certificate import Certificate as Certificate
    from govseal.pki.fetch import HttpFetcher as HttpFetcher
    from govseal.pki.materials import Materials as Materials
    from govseal.pki.signeddata import make_signed_data as make_signed_data
    from govseal.pki.signer import load_signer as load_signer
    from govseal.pki.timestampterms import TimestampNotice as TimestampNotice
    from govseal.pki.timestampterms import TimestampTerms as TimestampTerms
    from govseal.pki.trust import TrustStore as TrustStore
    from govseal.seal.binding import BindingTerms as BindingTerms
    from govseal.seal.binding import load_profile as load_profile
    from govseal.seal.drawing import draw_seal as draw_seal
    from govseal.seal.extensions import LedgerReference as LedgerReference
    from govseal.seal.extensions import SealScope as SealScope
    from govseal.seal.imprint import clean_imprint as clean_imprint
    from govseal.seal.likeness import compare_imprints as compare_imprints
    from govseal.stamping.many import Stamp as Stamp
    from govseal.stamping.pending import PendingStamp as PendingStamp
    from govseal.verification.policy import Policy as Policy
    from govseal.verification.report import Report as Report
    from govseal.verification.report import Verdict as Verdict
    from govseal.verification.statusfile import load_status as load_status

__version__ = "0.1.0"

_HOMES = {
    "errors": (
        "DeviceError",
        "EncodingError",
        "FetchError",
        "FileChanged",
        "FormatError",
        "GovsealError",
        "InvalidCiphertext",
        "InvalidSignature",
        "KeyLoadError",
        "LimitExceeded",
        "SealError",
        "StampError",
        "UnsupportedFormat",
        "VerificationError",
    ),
    "facade": (
        "check_revocation",
        "inspect",
        "judge_use",
        "load_seal",
        "make_seal",
        "page_picture",
        "prepare_stamp",
        "renew_seal",
        "stamp",
        "stamp_detached",
        "verify",
    ),
    "facade_conversion": ("convert",),
    "facade_signing": ("sign", "stamp_many"),
    "formats.base": ("Placement",),
    "formats.licence": ("LicenceIdentifier",),
    "formats.limits": ("Limits",),
    "formats.places": ("Keyword", "OnPages", "Seam"),
    "pki.certificate": ("Certificate",),
    "pki.fetch": ("HttpFetcher",),
    "pki.materials": ("Materials",),
    "pki.signeddata": ("make_signed_data",),
    "pki.signer": ("load_signer",),
    "pki.timestampterms": ("TimestampNotice", "TimestampTerms"),
    "pki.trust": ("TrustStore",),
    "seal.binding": ("BindingTerms", "load_profile"),
    "seal.drawing": ("draw_seal",),
    "seal.extensions": ("LedgerReference", "SealScope"),
    "seal.imprint": ("clean_imprint",),
    "seal.likeness": ("compare_imprints",),
    "stamping.many": ("Stamp",),
    "stamping.pending": ("PendingStamp",),
    "verification.policy": ("Policy",),
    "verification.report": ("Report", "Verdict"),
    "verification.statusfile": ("load_status",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: PLE0604 - the names of the table above
    "__version__",
    *sorted(_HOME),
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        message = f"module 'govseal' has no attribute {name!r}"
        raise AttributeError(message)
    import importlib  # noqa: PLC0415 - start-up

    value: object = getattr(importlib.import_module(f"govseal.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
