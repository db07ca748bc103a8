"""Documents with one quirk of real products each (Q1 to Q22), everything else about them genuine.

A :class:`Maker` signs what it is told to, field by field; the functions of :data:`QUIRKS` bend one
field before it is signed. Where a quirk depends on a number (a zero at the end of a digest or of a
signature value), they try until it comes.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import timedelta
from itertools import count

import attacker
import ofd_builder as ofd
from govseal import sm2
from govseal.asn1 import strict, write
from govseal.pki import extensions as ext
from govseal.seal import codec
from govseal.seal.make import make_seal
from govseal.seal.profiles import GENERATIONS
from govseal.sm2 import encoding
from govseal.testing import x509

SM3_OID = "1.2.156.10197.1.401"
TIME = "<ofd:SignatureDateTime>20260601110000Z</ofd:SignatureDateTime>"
SEAL_ELEMENT = "<ofd:Seal><ofd:BaseLoc>Seal.esl</ofd:BaseLoc></ofd:Seal>"
FOLDER = "Doc_0/Signs/Sign_9"


def fields(der):
    """The elements of a SEQUENCE, each as received."""
    return [item.raw for item in strict.parse(der).children()]


def with_field(der, place, raw):
    """The SEQUENCE with another element at one place."""
    row = fields(der)
    row[place] = raw
    return write.sequence(*row)


def cut(octets):
    """What Q1 and Q2 make of a BIT STRING: zeros cut off, trailing zero bits counted."""
    kept = octets.rstrip(b"\0")
    unused = (kept[-1] & -kept[-1]).bit_length() - 1
    return write.element(strict.BIT_STRING, bytes([unused]) + kept)


def counted(octets):
    """Q3: a BIT STRING whose first octet is a length."""
    return write.element(strict.BIT_STRING, bytes([len(octets)]) + octets)


class Maker:
    """Signs documents in the name of the bureau, whatever form it is told to give them."""

    def __init__(self, office, at):
        self.pki = office.pki
        self.seals = {year: self.seal(year, at - timedelta(hours=1)) for year in GENERATIONS}
        self.at = at
        self.data = attacker.with_list(ofd.package())

    def seal(self, year, at, *, signer=None, maker=None):
        return make_seal(
            maker or self.pki.maker,
            name="测试市行政审批服务管理局行政审批专用章",
            picture=attacker.PICTURE,
            signers=[(signer or self.pki.signer).certificate],
            at=at,
            generation=year,
        )

    def seal_with(self, year, change, *, value=write.bits):
        """A seal of the year whose SES_SealInfo ``change`` bends before the maker signs it."""
        info = change(fields(self.seals[year].der)[0])
        signer = self.pki.maker
        names = {"certificate": signer.certificate.der, "algorithm": signer.algorithm.oid}
        signed = codec.seal_signed(GENERATIONS[year], info, **names)
        signing = (
            write.octets(signer.certificate.der),
            write.oid(signer.algorithm.oid),
            value(signer.sign(signed)),
        )
        return write.sequence(info, *([write.sequence(*signing)] if year == 2014 else signing))

    def stamp(self, xml, *, year=2020, seal=None, change=None, value=write.bits, **options):
        """SES_Signature over ``xml``; ``change`` bends TBS_Sign, ``value`` writes the value."""
        signer = options.pop("signer", self.pki.signer)
        body = codec.encode_structure(
            GENERATIONS[year].signature,
            "to_be_signed",
            {
                "version": GENERATIONS[year].version,
                "seal": seal or self.seals[year].der,
                "time": self.at.strftime("%Y%m%d%H%M%SZ").encode() if year == 2014 else self.at,
                "data_digest": sm2.sm3(xml),
                "property_info": f"/{FOLDER}/Signature.xml",
                "certificate": signer.certificate.der,
                "algorithm": signer.algorithm.oid,
                "extensions": None,
                **options,
            },
        )
        body = change(body) if change else body
        signed = value(signer.sign(body))
        if year == 2014:
            return write.sequence(body, signed)
        der, algorithm = signer.certificate.der, signer.algorithm.oid
        return write.sequence(body, write.octets(der), write.oid(algorithm), signed)

    def references(self, *, digest=sm2.sm3, method=SM3_OID, data=None):
        data = self.data if data is None else data
        names = attacker.content_names(data)
        return attacker.references(data, names, digest=digest, method=method)

    def xml(self, info=None, *, time=TIME, seal=SEAL_ELEMENT, provider="", **changes):
        info = self.references() if info is None else info
        return attacker.signature_xml(provider + time + info + seal, **changes)

    def document(self, xml=None, *, made=None, files=None, name="SignedValue.dat", **options):
        """The package with one signature over ``xml``, and a copy of its seal beside it."""
        xml = self.xml() if xml is None else xml
        data = options.pop("data", self.data)
        row = options.pop("row", f'<ofd:Signature ID="s1" BaseLoc="/{FOLDER}/Signature.xml"/>')
        made = self.stamp(xml, **options) if made is None else made
        found = {f"{FOLDER}/Signature.xml": xml, f"{FOLDER}/{name}": made}
        if files is None:
            seal = options.get("seal") or self.seals[options.get("year", 2020)].der
            files = {f"{FOLDER}/Seal.esl": seal}
        data = ofd.edited(data, ofd.LIST, "</ofd:Signatures>", f"{row}</ofd:Signatures>")
        return ofd.with_files(data, found | files)


def until(make, holds):
    """The first of ``make(0)``, ``make(1)`` … for which ``holds`` says yes."""
    return next(found for number in count() if holds(found := make(number)))


def xml_with_digest(maker, holds, **changes):
    """A Signature.xml whose SM3 ``holds`` likes."""
    return until(
        lambda number: maker.xml(**changes) + f"<!--{number}-->".encode(),
        lambda xml: holds(sm2.sm3(xml)),
    )


def numbers(value):
    return [strict.read_integer(item, "") for item in strict.parse(value).children()]


def value_where(maker, holds, write_value=write.bits, **options):
    """A stamp whose signature value, of a fresh nonce each time, ``holds`` likes."""
    xml = maker.xml()
    kept = []

    def value(der):
        kept[:] = [der]
        return write_value(der)

    made = until(lambda _: maker.stamp(xml, value=value, **options), lambda _: holds(kept[0]))
    return maker.document(xml, made=made)


def fixed(der, size):
    """Q5: INTEGERs of one size, whatever their first bits are."""
    return write.sequence(
        *(write.element(strict.INTEGER, item.to_bytes(size, "big")) for item in numbers(der))
    )


def raw(der):
    """Q4: r‖s."""
    return encoding.decode_signature(der)


def raw_bits(der):
    """Q4 in its BIT STRING."""
    return write.bits(raw(der))


def keyed(maker):
    z = sm2.identity_digest(maker.pki.signer.certificate.public_key.material)
    return lambda data: sm2.sm3(z + data)


# One function for each form.


def q1(maker):
    xml = xml_with_digest(maker, lambda found: found[-1] and not found[-1] & 1)
    return maker.document(xml, change=lambda body: with_field(body, 3, cut(sm2.sm3(xml))))


def q1_value(maker):
    return value_where(maker, lambda der: der[-1] and not der[-1] & 1, cut)


def q2(maker):
    return value_where(maker, lambda der: not der[-1], cut)


def q2_raw(maker):
    return value_where(maker, lambda der: not der[-1], lambda der: cut(raw(der)))


def q2_digest(maker):
    xml = xml_with_digest(maker, lambda found: not found[-1])
    return maker.document(xml, change=lambda body: with_field(body, 3, cut(sm2.sm3(xml))))


def q3(maker):
    xml = maker.xml()
    time = counted(maker.at.strftime("%y%m%d%H%M%SZ").encode())

    def change(body):
        return with_field(with_field(body, 2, time), 3, counted(sm2.sm3(xml)))

    return maker.document(xml, year=2014, change=change, value=lambda der: counted(raw(der)))


def q4(maker):
    return maker.document(value=raw_bits)


def q4_seal(maker):
    seal = maker.seal_with(2020, lambda info: info, value=raw_bits)
    return maker.document(seal=seal)


def q5(maker):
    """Without the zero that a positive number needs."""
    is_high = lambda der: max(numbers(der)) >> 255  # noqa: E731 - two lines for one
    return value_where(maker, is_high, lambda der: write.bits(fixed(der, 32)))


def q5_long(maker):
    """With a zero that no number needs."""
    holds = lambda der: not min(numbers(der)) >> 255  # noqa: E731 - two lines for one
    return value_where(maker, holds, lambda der: write.bits(fixed(der, 33)))


def q6(maker):
    digest = keyed(maker)
    xml = maker.xml(maker.references(digest=digest))
    return maker.document(xml, data_digest=digest(xml), files={})


def q6_method(maker):
    rows = maker.references(digest=keyed(maker), method="1.2.156.10197.1.401.2")
    return maker.document(maker.xml(rows), files={})


def q6_data_digest(maker):
    xml = maker.xml()
    return maker.document(xml, data_digest=keyed(maker)(xml))


def q7(method):
    return lambda maker: maker.document(maker.xml(maker.references(method=method)))


def q8(text, tag=strict.GENERALIZED_TIME):
    """Another form of the claimed time."""
    time = write.element(tag, text)
    return lambda maker: maker.document(change=lambda body: with_field(body, 2, time))


def q8_seal(maker):
    """The times of a seal of 2014 under the other tag."""
    properties = fields(fields(maker.seals[2014].der)[0])[2]
    time, row = write.generalized_time(maker.at), fields(properties)
    bent = write.sequence(*row[:3], time, time, row[5])
    seal = maker.seal_with(2014, lambda info: with_field(info, 2, bent))
    return maker.document(year=2014, seal=seal)


def q9(text):
    written = f"<ofd:SignatureDateTime>{text}</ofd:SignatureDateTime>" if text else ""
    return lambda maker: maker.document(maker.xml(time=written))


def q10(text):
    info = write.element(strict.IA5_STRING, text)
    return lambda maker: maker.document(change=lambda body: with_field(body, 4, info))


def q11(name):
    def make(maker):
        properties = fields(fields(maker.seals[2020].der)[0])[2]
        bent = with_field(properties, 1, write.element(strict.UTF8_STRING, name))
        seal = maker.seal_with(2020, lambda info: with_field(info, 2, bent))
        return maker.document(seal=seal)

    return make


def q12(maker):
    provider = "<ofd:Provider><ofd:ProviderName>x</ofd:ProviderName></ofd:Provider>"
    return maker.document(maker.xml(provider=provider))


def q13_value(maker):
    xml = maker.xml(value="SignValue.dat")
    return maker.document(xml, name="SignValue.dat")


def q13_signature(maker):
    data = maker.document(property_info=f"/{FOLDER}/Sign.xml")
    data = ofd.renamed(data, f"{FOLDER}/Signature.xml", f"{FOLDER}/Sign.xml")
    return ofd.edited(data, ofd.LIST, "Signature.xml", "Sign.xml")


def q13_list(maker):
    data = ofd.renamed(maker.data, ofd.LIST, "Doc_0/Signs.xml")
    data = ofd.edited(data, ofd.ENTRY, f"/{ofd.LIST}", "/Doc_0/Signs.xml")
    names = [name for name in attacker.content_names(data) if name != "Doc_0/Signs.xml"]
    xml = maker.xml(attacker.references(data, names))
    data = ofd.renamed(data, "Doc_0/Signs.xml", ofd.LIST)
    return ofd.renamed(maker.document(xml, data=data), ofd.LIST, "Doc_0/Signs.xml")


def q14(old, new):
    def make(maker):
        data = ofd.edited(maker.data, ofd.ENTRY, old, new)
        return maker.document(maker.xml(maker.references(data=data)), data=data)

    return make


def q15(maker):
    row = '<ofd:Signature ID="s1" BaseLoc="Signs/Sign_9/Signature.xml"/>'
    return maker.document(row=row)


def q15_root(maker):
    data = ofd.edited(maker.data, ofd.ENTRY, f"/{ofd.LIST}", ofd.LIST)
    root = f"<ofd:DocRoot>{ofd.DOCUMENT}"
    data = ofd.edited(data, ofd.ENTRY, root, "<ofd:DocRoot>./x/../Doc_0/Document.xml")
    xml = maker.xml(maker.references(data=data), value=f"{FOLDER}/SignedValue.dat")
    return maker.document(xml, data=data)


def q16(maker):
    return maker.document(maker.xml(seal=""), files={})


def q16_type(maker):
    row = f'<ofd:Signature ID="s1" Type="Sign" BaseLoc="/{FOLDER}/Signature.xml"/>'
    return maker.document(row=row)


def q16_file(maker):
    return maker.document(files={})


def q17(maker):
    """A name in GBK, as products for Windows pack it."""
    name = "Doc_0/附件.xml"
    data = ofd.with_files(maker.data, {name: b"<x/>"})
    data = maker.document(maker.xml(maker.references(data=data)), data=data)
    rows = (
        replace(row, raw_name=name.encode("gb18030")) if row.name == name else row
        for row in ofd.members(data)
    )
    return ofd.pack(rows)


def q17_checksum(maker):
    """The checksum of a zlib stream left behind the deflated data."""
    rows = []
    for row in ofd.members(maker.document()):
        packed = ofd.deflated(row.data) + zlib.adler32(row.data).to_bytes(4, "big")
        rows.append(replace(row, packed=packed) if row.name == ofd.PAGE else row)
    return ofd.pack(rows)


def issued(maker, **changes):
    signer = maker.pki.signer_ca.issue("99000000000009", **changes)
    seal = maker.seal(2020, maker.at - timedelta(hours=1), signer=signer).der
    return maker.document(signer=signer, seal=seal)


def q18(maker):
    return issued(maker, key_usage=None)


def q18_default(maker):
    """Constraints with the default written out, as a real CA does."""
    inner = write.sequence(write.boolean(value=False))
    constraints = x509.encode_extension(ext.BASIC_CONSTRAINTS, inner, is_critical=True)

    def modify(template):
        template.extensions[0] = constraints

    return issued(maker, modify=modify)


def q18_critical(maker):
    """An extension that says in words that it is not critical."""
    row = (write.oid("1.2.3.4"), write.boolean(value=False), write.octets(write.null()))
    return issued(maker, extensions=(write.sequence(*row),))


def q19_seal(maker):
    """The seal in an OCTET STRING."""
    seal = write.octets(maker.seals[2014].der)
    files = {f"{FOLDER}/Seal.esl": maker.seals[2014].der}
    return maker.document(year=2014, seal=seal, files=files)


def q19_strings(maker):
    """OCTET STRINGs where BIT STRINGs belong."""
    xml = maker.xml()

    def change(body):
        time = write.octets(maker.at.strftime("%Y%m%d%H%M%SZ").encode())
        return with_field(with_field(body, 2, time), 3, write.octets(sm2.sm3(xml)))

    return maker.document(xml, year=2014, change=change)


def q19_sign_info(maker):
    seal = maker.seals[2014].der
    wrapped = with_field(seal, 1, write.bits(fields(seal)[1]))
    return maker.document(year=2014, seal=wrapped)


def q19_extensions(maker):
    row = write.sequence(write.oid("1.2.3"), write.octets(b"x"))
    more = write.octets(write.sequence(row))
    seal = maker.seal_with(2014, lambda info: write.sequence(*fields(info), more))
    return maker.document(year=2014, seal=seal)


def q21(maker):
    signer = maker.pki.signer
    seal = maker.seal(2020, maker.at - timedelta(hours=1), maker=signer).der
    return maker.document(seal=seal)


JSON_INFO = b'{"DocId":"1f76","DocName":"","Entry":"/OFD.xml"}\n'
OFD_2016 = f'xmlns:ofd="{ofd.NAMESPACE}"'

#: What the quirk is → its code, and who makes a document with it.
QUIRKS = {
    "unused bits in the digest": ("quirk_q1", q1),
    "unused bits in the value": ("quirk_q1", q1_value),
    "a value without its last zero": ("quirk_q2", q2),
    "a raw value without its last zero": ("quirk_q2", q2_raw),
    "a digest without its last zero": ("quirk_q2", q2_digest),
    "lengths inside bit strings": ("quirk_q3", q3),
    "a raw value": ("quirk_q4", q4),
    "a raw value of the maker": ("quirk_q4", q4_seal),
    "negative integers": ("quirk_q5", q5),
    "integers with a zero too many": ("quirk_q5", q5_long),
    "every digest over Z": ("quirk_q6", q6),
    "digests of files over Z": ("quirk_q6", q6_method),
    "the digest of the document over Z": ("quirk_q6", q6_data_digest),
    "SM3 by its name": ("quirk_q7", q7("SM3")),
    "sm3 in small letters": ("quirk_q7", q7("sm3")),
    "SM3 under its keyed number": ("quirk_q7", q7("1.2.156.10197.1.401.2")),
    "Beijing time without a zone": ("quirk_q8", q8(b"20260601190000")),
    "twelve digits under the other tag": ("quirk_q8", q8(b"260601110000Z")),
    "the other tag": ("quirk_q8", q8(b"260601110000Z", strict.UTC_TIME)),
    "times of a seal under the other tag": ("quirk_q8", q8_seal),
    "a written time with blanks": ("quirk_q9", q9("2026-06-01 19:00:00")),
    "a written time in seconds": ("quirk_q9", q9("1780311600")),
    "no written time": ("quirk_q9", q9("")),
    "information outside ASCII": ("quirk_q10", q10(b"/x\xff\xfe\x00\x01")),
    "information in JSON": ("quirk_q10", q10(JSON_INFO)),
    "information about the value": ("quirk_q10", q10(f"/{FOLDER}/SignedValue.dat".encode())),
    "no information": ("quirk_q10", q10(b"")),
    "a name with zeros": ("quirk_q11", q11("测试市章".encode() + b"\0\0")),
    "a name in GBK": ("quirk_q11", q11("测试市章".encode("gbk"))),
    "a provider in elements": ("quirk_q12", q12),
    "another name for the value": ("quirk_q13", q13_value),
    "another name for Signature.xml": ("quirk_q13", q13_signature),
    "another name for the list": ("quirk_q13", q13_list),
    "another namespace": ("quirk_q14", q14(OFD_2016, 'xmlns:ofd="http://www.ofdspec.org"')),
    "another version": ("quirk_q14", q14('Version="1.0"', 'Version="1.1"')),
    "no type of document": ("quirk_q14", q14(' DocType="OFD"', "")),
    "a path from the directory above": ("quirk_q15", q15),
    "paths without their slash": ("quirk_q15", q15_root),
    "no Seal element": ("quirk_q16", q16),
    "another type": ("quirk_q16", q16_type),
    "no copy of the seal": ("quirk_q16", q16_file),
    "a name of a file in GBK": ("quirk_q17", q17),
    "a checksum left behind": ("quirk_q17", q17_checksum),
    "no key usage": ("quirk_q18", q18),
    "an encoded default of a certificate": ("quirk_q18", q18_default),
    "an encoded default of an extension": ("quirk_q18", q18_critical),
    "the seal in a string": ("quirk_q19", q19_seal),
    "strings of the other kind": ("quirk_q19", q19_strings),
    "the maker's part in a string": ("quirk_q19", q19_sign_info),
    "extensions in a string": ("quirk_q19", q19_extensions),
    "one key for maker and signer": ("quirk_q21", q21),
}
