"""A seal that a city's bureau handed to a county's: its scope, and its list of matters."""

from __future__ import annotations

from datetime import timedelta

import govseal
from govseal import sm2
from govseal.seal.extensions import LedgerReference, SealScope
from govseal.seal.make import make_seal
from govseal.seal.picture import SealPicture

CITY = "11990000MB0000019F"
COUNTY = "11990001MB0000027X"
LISTED, OTHER = "360700-0001", "360700-0009"
MATTERS = (LISTED, "360700-0002")
LIST = "\ufeff360700-0001\r\n\r\n 360700-0003 \r\n".encode()
NAME = "测试市测试局行政审批专用章（4）"
LEDGER = LedgerReference("测试县用印台账", 41, sm2.sm3(b"entry"))
APPROVALS = sm2.sm3(b"statements")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
PICTURE = SealPicture(
    "SVG",
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><g fill="#FF0000">'
    b'<path d="M0 0L40 0L40 5L0 5Z"/></g></svg>',
    40,
    20,
)


def scope(start, **changes):
    """The scope of a seal whose agreement runs for thirty days from ``start``."""
    values = {
        "delegator": CITY,
        "delegate": COUNTY,
        "region": "990001",
        "matters": MATTERS,
        "agreement": sm2.sm3("协议".encode()),
        "not_before": start,
        "not_after": start + 30 * DAY,
    }
    return SealScope(**values | changes)


def only_listed(start, **changes):
    """A scope that names its matters by the digest of their list alone."""
    return scope(start, matters=(), matter_list=sm2.sm3(LIST), **changes)


def seal(pki, *extensions, at, **changes):
    """A seal with these extensions, made at that moment."""
    values = {"name": NAME, "picture": PICTURE, "signers": [pki.signer.certificate], "at": at}
    return make_seal(pki.maker, extensions=extensions, **values | changes)


def verified(data, pki, *, at, lists=(), **how):
    """The report on a stamped file."""
    materials = pki.materials | govseal.Materials(matter_lists=lists)
    return govseal.verify(data, pki.trust, materials=materials, at=at, **how)
