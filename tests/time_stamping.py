"""Stamps with time stamps: offices, authorities that do what a test wants, and what comes of it."""

from __future__ import annotations

import functools
from datetime import timedelta

import govseal
import pdf_stamping
import tokens
from govseal.formats.detect import open_detached, open_document
from govseal.formats.ofd.compose import compose_document

AT = pdf_stamping.AT + 2 * pdf_stamping.HOUR
MINUTE = timedelta(minutes=1)
YEARS = timedelta(days=2 * 366)
PLACE = govseal.Placement(1, 20, 30)
OFD = compose_document([["测试许可证", "准予许可。"]], title="测试许可证")
NOTE = "任意文件\n".encode()
KINDS = {"ofd": (OFD, PLACE), "pdf": (pdf_stamping.pdf(), PLACE), "detached": (NOTE, None)}


class Source:
    """An authority that gives whatever a test wants, and counts who asks."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def timestamp(self, message):
        self.asked.append(message)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer(message) if callable(self.answer) else self.answer


@functools.cache
def office(algorithm, year=2020):
    """An office whose seal is of that generation."""
    found = pdf_stamping.office(algorithm)
    if year == 2020:
        return found
    seal = govseal.make_seal(
        found.pki.maker,
        name=found.seal.name,
        picture=pdf_stamping.FLAG,
        signers=[found.pki.signer.certificate],
        at=AT - pdf_stamping.HOUR,
        generation=year,
    )
    return pdf_stamping.Office(found.pki, seal)


def clock(office, minutes=1):
    return tokens.source(office.pki.tsa, AT + minutes * MINUTE)


def stamp(office, kind="ofd", timestamp=None, **changes):
    document, place = KINDS[kind]
    values = {"at": AT, "timestamp": timestamp} | changes
    signer = values.pop("signer", office.pki.signer)
    seal = values.pop("seal", office.seal)
    if place is None:
        return govseal.stamp_detached(document, seal, signer, **values)
    return govseal.stamp(document, seal, signer, place, **values)


def judge(office, kind, stamped, *, after=pdf_stamping.HOUR, **changes):
    values = {"materials": office.pki.materials, "at": AT + after} | changes
    document = KINDS[kind][0]
    if kind == "detached":
        report = govseal.verify(document, office.pki.trust, detached=stamped, **values)
    else:
        report = govseal.verify(stamped, office.pki.trust, **values)
    (found,) = report.signatures
    return found


def token_in(kind, stamped):
    """The token in a stamped document and the octets it is over; None where there is none."""
    document = KINDS[kind][0]
    opened = open_detached(stamped, document) if kind == "detached" else open_document(stamped)
    (found,) = opened.evidence().signatures
    if found.stamp is None:
        held = found.signed_data.signer
        return (held.time_stamps or (None,))[0], held.signature_octets
    return found.stamp.time_stamp, tokens.stored_value(found.stamp.der)
