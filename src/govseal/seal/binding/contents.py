"""The rules about what a seal says: its names, numbers, codes, period, picture and make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from govseal.asn1.times import in_beijing
from govseal.errors import FormatError
from govseal.pki.algorithms import signature_algorithm
from govseal.pki.certificate import Certificate
from govseal.seal import naming
from govseal.seal.binding.facts import Case
from govseal.seal.binding.rule import Rule, Violation
from govseal.seal.picture import SealPicture

_PREFIXED = frozenset({"internal_organ", "branch"})
_LICENSING = "licensing"
_MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""直辖市: they have no prefectures."""


def seal_generation(case: Case, rule: Rule) -> Iterator[Violation]:
    """The seal is of an allowed generation."""
    if case.facts.generation not in rule.settings["allowed"]:
        yield rule.breach("E_GENERATION", f"a seal of the generation {case.facts.generation}")


def algorithm(case: Case, rule: Rule) -> Iterator[Violation]:
    """The keys of maker and signers, and what their certificates are signed with, are allowed."""
    maker = (case.facts.maker,) if case.facts.maker is not None else ()
    for certificate in (*maker, *(standing.certificate for standing in case.standings)):
        kinds = {certificate.public_key.kind}
        used = signature_algorithm(certificate.signature_oid)
        kinds.add(used.key_kind if used is not None else certificate.signature_oid)
        others = sorted(kinds - set(rule.settings["allowed"]))
        if others:
            yield rule.breach("E_ALGORITHM", f"{certificate.subject}: {', '.join(others)}")


def certificate_name(case: Case, rule: Rule) -> Iterator[Violation]:
    """The name in the certificate is the name of the unit whose seal it is.

    ``name_in`` says where the certificate has it: ``organization``, after the credit code, or
    ``common_name``. The seal's name begins with it, but for seals of the numbers in
    ``except_types``.
    """
    code = "E_CERT_NAME_MISMATCH"
    facts = case.facts
    for standing in case.standings:
        certificate = standing.certificate
        name = _unit_name(certificate, rule.settings["name_in"])
        if not naming.normalise(name):
            yield rule.breach(code, f"{certificate.subject} names no unit")
        elif facts.unit_name is not None:
            if not naming.is_same_name(name, facts.unit_name):
                detail = f"the certificate is {name}'s, the seal {facts.unit_name}'s"
                yield rule.breach(code, detail)
        elif facts.type not in rule.settings["except_types"] and not naming.is_prefixed(
            facts.name, name
        ):
            yield rule.breach(code, f"the certificate is {name}'s, the seal says {facts.name}")


def _unit_name(certificate: Certificate, place: str) -> str:
    if place == "common_name":
        return (certificate.subject_value("CN") or "").rstrip("\x00")
    return naming.unit_name((certificate.subject_value("O") or "").rstrip("\x00"))


def seal_prefix(case: Case, rule: Rule) -> Iterator[Violation]:
    """The seal's name begins with the unit's legal name, and more follows where more must.

    法定名称章 is that name and nothing else; 内设机构章 and 分支机构章 add the organ's name to it.
    """
    facts = case.facts
    unit = facts.unit_name
    if unit is None or facts.ownership == "personal_name":
        return
    if not naming.is_prefixed(facts.name, unit):
        yield rule.breach("E_SEAL_NAME", f"{facts.name} does not begin with {unit}")
        return
    is_same = naming.is_same_name(facts.name, unit)
    if facts.ownership == "legal_name" and not is_same:
        yield rule.breach("E_SEAL_NAME", f"{facts.name} is more than the legal name {unit}")
    if facts.ownership in _PREFIXED and is_same:
        yield rule.breach("E_SEAL_NAME", f"{facts.name} names no organ or branch of {unit}")


def seal_period(case: Case, rule: Rule) -> Iterator[Violation]:
    """The seal's period is its certificate's (``equal``), or lies within it (``within``)."""
    code = "E_VALIDITY_MISMATCH"
    start, end = case.facts.not_before, case.facts.not_after
    if start is None or end is None or start >= end:
        yield rule.breach(code, "the seal has no period of validity")
        return
    for standing in case.standings:
        first, last = standing.certificate.not_before, standing.certificate.not_after
        if rule.settings["relation"] == "equal":
            is_kept = (_second(start), _second(end)) == (first, last)
        else:
            is_kept = first <= start and end <= last
        if not is_kept:
            detail = f"the seal {_text(start)} to {_text(end)}, its certificate {_text(first)}"
            yield rule.breach(code, f"{detail} to {_text(last)}")


def seal_number(case: Case, rule: Rule) -> Iterator[Violation]:
    """印章标识 follows the pattern, and is the CN of the certificate where that is asked."""
    es_id = case.facts.es_id
    if not re.fullmatch(rule.settings["pattern"], es_id[: naming.MAX_NAME + 1]):
        yield rule.breach("E_SEAL_NUMBER", f"{es_id[:64]} does not follow the pattern")
    if not rule.settings["is_common_name"]:
        return
    for standing in case.standings:
        common_name = standing.certificate.subject_value("CN")
        if common_name != es_id:
            yield rule.breach("E_SEAL_NUMBER", f"{es_id[:64]} is not the CN {common_name}")


def credit_code(case: Case, rule: Rule) -> Iterator[Violation]:
    """O of the certificate begins with a credit code whose check characters are right."""
    for standing in case.standings:
        organization = standing.certificate.subject_value("O") or ""
        try:
            naming.read_credit_code(organization[:18])
        except FormatError as error:
            yield rule.breach("E_CREDIT_CODE", f"O={organization[:60]}: {error}")


def division(case: Case, rule: Rule) -> Iterator[Violation]:
    """印章标识 begins with a division of its time that agrees with the credit code's.

    ``area`` is what both begin with; ``agreement`` is how far they must be one: ``province``,
    ``prefecture`` or ``none``. National bodies agree with every division. ``test_codes`` lets the
    divisions through that begin with 99.
    """
    made_at = case.facts.made_at or case.at
    year = in_beijing(made_at).year
    own = case.facts.es_id[:6]
    yield from _known(own, year, rule)
    if not own.startswith(rule.settings["area"]):
        yield rule.breach("E_DIVISION_CODE", f"{own} lies outside {rule.settings['area']}")
    for standing in case.standings:
        try:
            organization = standing.certificate.subject_value("O") or ""
            code = naming.read_credit_code(organization[:18])
        except FormatError:
            continue  # the matter of another rule
        yield from _agreement(own, code, rule)


def _known(code: str, year: int, rule: Rule) -> Iterator[Violation]:
    if naming.is_test_division(code):
        if not rule.settings["test_codes"]:
            yield rule.breach("E_DIVISION_CODE", f"{code} is a test code")
        return
    try:
        naming.read_division(code, year)
    except FormatError as error:
        yield rule.breach("E_DIVISION_CODE", str(error))


def _agreement(own: str, code: naming.CreditCode, rule: Rule) -> Iterator[Violation]:
    found = code.division
    if found == naming.NATIONAL_DIVISION:
        return
    # Zones have codes of their own below their prefecture, and a credit code outlives its
    # division: that the prefecture exists, or existed, is all that can be asked.
    if naming.is_test_division(found):
        if not rule.settings["test_codes"]:
            yield rule.breach("E_DIVISION_CODE", f"{code.text} has a test code")
            return
    elif not any(map(_exists, _wider(found))):
        yield rule.breach("E_DIVISION_CODE", f"{code.text} has no division that exists")
        return
    length = {"province": 2, "prefecture": 4, "none": 0}[rule.settings["agreement"]]
    # A province's own unit has no prefecture to compare.
    if length == 4 and found.endswith("0000"):
        length = 2
    if own[:length] != found[:length]:
        yield rule.breach("E_DIVISION_CODE", f"{own} of the seal, {found} of the credit code")


def _wider(code: str) -> tuple[str, ...]:
    """The division itself and what it lies in: its prefecture, of 直辖市 the city."""
    city = (code[:2] + "0000",) if code[:2] in _MUNICIPALITIES else ()
    return (code, code[:4] + "00", *city)


def _exists(code: str) -> bool:
    try:
        naming.read_division(code)
    except FormatError:
        return False
    return True


def seal_name(case: Case, rule: Rule) -> Iterator[Violation]:
    """印章名称 is one of those that the clause prints: the whole name follows a pattern.

    No character of it is one that nobody sees. Names are compared as received, brackets included;
    a pattern says which brackets it takes.
    """
    name = case.facts.name
    if not name.strip() or len(name) > naming.MAX_NAME:
        yield rule.breach("E_SEAL_NAME", f"a name of {len(name)} characters")
    elif naming.has_hidden(name):
        yield rule.breach("E_SEAL_NAME", f"{name!a} has characters that nobody sees")
    elif not any(re.fullmatch(pattern, name) for pattern in rule.settings["patterns"]):
        yield rule.breach("E_SEAL_NAME", f"{name} is no name that the clause gives")


def seal_sequence(case: Case, rule: Rule) -> Iterator[Violation]:
    """序号, the n of 专用章（n）, is one of the table, and the using unit's region has it.

    ``regions`` gives for each number the codes of its region; the region is the register's word,
    else the division of a county in 印章标识.
    """
    regions = rule.settings["regions"]
    number = naming.read_seal_name(case.facts.name).number
    if str(number) not in regions:
        yield rule.breach("E_SEAL_NUMBER", f"the number {number} is none of the table")
        return
    county = case.facts.es_id[:6]
    region = case.facts.region or ("" if county.endswith("00") else county)
    if region and region not in regions[str(number)]:
        yield rule.breach("E_SEAL_NUMBER", f"number {number} is not that of {region}")


def seal_type(case: Case, rule: Rule) -> Iterator[Violation]:
    """印章类型 is allowed, and so is the purpose in the name for what is decided.

    ``types`` are the allowed numbers, none for all; ``purposes`` gives the allowed purposes of
    each matter, ``licensing`` and ``non_licensing``, none for all.
    """
    types = rule.settings["types"]
    if types and case.facts.type not in types:
        yield rule.breach("E_SEAL_TYPE", f"a seal of type {case.facts.type}")
    matter = case.facts.matter or _LICENSING
    allowed = rule.settings["purposes"].get(matter)
    if allowed is not None:
        name = naming.normalise(case.facts.name)
        if not any(name.endswith(naming.normalise(purpose)) for purpose in allowed):
            yield rule.breach("E_SEAL_TYPE", f"{case.facts.name} is no seal for {matter}")


def picture_size(case: Case, rule: Rule) -> Iterator[Violation]:
    """The picture is as large as allowed, of the allowed shape, and its pixels have that shape.

    Sizes in whole millimetres: ``smallest_mm``, ``largest_mm``; ``shape`` is ``round`` (as wide
    as high) or ``any``. Seals of the numbers in ``except_types`` have other shapes.
    """
    if case.facts.type in rule.settings["except_types"]:
        return
    picture = case.facts.picture
    width, height = picture.width_mm, picture.height_mm
    smallest, largest = rule.settings["smallest_mm"], rule.settings["largest_mm"]
    if not (smallest <= width <= largest and smallest <= height <= largest):
        detail = f"{width} x {height} mm, where {smallest} to {largest} are allowed"
        yield rule.breach("E_SEAL_SIZE", detail)
    elif rule.settings["shape"] == "round" and width != height:
        yield rule.breach("E_SEAL_SIZE", f"{width} x {height} mm is not as wide as high")
    else:
        yield from _distortion(picture, rule)


def _distortion(picture: SealPicture, rule: Rule) -> Iterator[Violation]:
    """Pixels of a shape that the millimetres would stretch by more than a millimetre."""
    try:
        pixels = picture.pixel_size()
    except FormatError as error:
        yield rule.breach("E_SEAL_SIZE", str(error))
        return
    if pixels is None:  # SVG and OFD have no pixels
        return
    if abs(pixels[0] * picture.height_mm / pixels[1] - picture.width_mm) > 1:
        detail = f"{pixels[0]} x {pixels[1]} pixels on {picture.width_mm} x {picture.height_mm} mm"
        yield rule.breach("E_SEAL_SIZE", detail)


def imprint(case: Case, rule: Rule) -> Iterator[Violation]:
    """The picture is the imprint on file: byte for byte, or by a comparison that the caller made.

    A seal that exists is asked only where an imprint is given: it was compared when it was made.
    """
    facts = case.facts
    code = "E_IMPRINT_MISMATCH"
    if facts.imprint_sha256 is not None and facts.imprint_sha256 == facts.picture.sha256:
        return
    if facts.imprint_matches is None and facts.imprint_sha256 is None:
        if not facts.is_made:
            yield rule.doubt(code, "no imprint is on file")
    elif not facts.imprint_matches:
        yield rule.breach(code, "the picture is not the imprint on file")


def picture_words(case: Case, rule: Rule) -> Iterator[Violation]:
    """The words in the picture are the seal's name, where they are known."""
    words = case.facts.picture_words
    if words is not None and _bare(words) != _bare(case.facts.name):
        yield rule.breach("E_SEAL_NAME", f"the picture says {words}, the seal {case.facts.name}")


def _bare(name: str) -> str:
    """Without brackets: a purpose stands on a line of its own, and needs none there."""
    return naming.normalise(name).replace("(", "").replace(")", "")


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
