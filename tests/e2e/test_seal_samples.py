"""Real seals read and written again: our writer makes of their fields the bytes that were signed.

What is compared is SES_SealInfo, which is what the maker signs. Where a seal cannot come out the
same, the table says why.
"""

from __future__ import annotations

from itertools import zip_longest

import pytest

from embedded import stamped_data
from govseal.asn1 import strict
from govseal.errors import FormatError
from govseal.seal import codec

pytestmark = pytest.mark.samples

NOT_A_SEAL = {
    "DigitalSign.ofd": "a bare SM2 signature names neither seal nor signer",
    "558f6e2c_DigitalSign.ofd": "a bare SM2 signature names neither seal nor signer",
    "hello-integrity.ofd": "not an SES_Signature",  # CMS over the list of files
    "75f4364a_hello-integrity.ofd": "not an SES_Signature",
    "cc515873a7__1": "not an SES_Signature",  # CMS
    "ecfb92f9ab__1": "not an SES_Signature",
    "ecfb92f9ab__2": "not an SES_Signature",
    # Development files of ofdrw, BER; in no document.
    "1d6ccce5_UserV4.esl": "indefinite length is not DER",
    "397ba770_UserV1.esl": "indefinite length is not DER",
    "7b333e6b_UserV4.esl": "indefinite length is not DER",
    "89fde642_UserV1.esl": "indefinite length is not DER",
    "8d7a2e3a_UserV1.esl": "indefinite length is not DER",
}
"""What lies among the samples and is no seal, and how it is refused."""

NO_ZULU = "times without Z, which we write with it"
LIST_TYPE = "list type 3, which no standard knows"
NO_EXTENSIONS = "an empty list of extensions, which we leave out"
DIFFERENT = {
    "02bca13d_bank_receipt_1.ofd": NO_ZULU,
    "df1bf844_0200216819200056225_001_21253000001_20220101_acc.ofd": NO_ZULU,
    "1622eb9a_bkrs_issuer_20220309_C1030311000455.ofd": LIST_TYPE,
    "91481af6_金格信创自动盖章.ofd": NO_EXTENSIONS,
}
"""Seals whose information comes out otherwise, and why."""

WRONG_NUMBER = {"91481af6_金格信创自动盖章.ofd": 2}
"""Header versions that are not those of the structure (2014 has 1)."""


@pytest.fixture(scope="module")
def seals(samples):
    """Each different seal with the name of the sample it came from first, and what is none."""
    read, unread = {}, {}
    for folder in ("ofd", "detached"):
        for name, sample, data in _files(samples / folder):
            is_stamp = "signedvalue" in name.lower()
            reader = codec.decode_signature if is_stamp else codec.decode_seal
            try:
                found = reader(data)
            except FormatError as error:
                unread[sample] = str(error)
                continue
            seal = getattr(found, "seal", found)
            read.setdefault(seal.der, (sample, seal))
    return list(read.values()), unread


def _files(folder):
    """Stamps and seals: their own name, that of the sample they belong to, their bytes."""
    for path in sorted(folder.rglob("*.DER")):
        yield path.name, path.name, path.read_bytes()
    if folder.name == "detached":
        for path in sorted(folder.iterdir()):
            for name, data in stamped_data(path) if path.is_dir() else ():
                yield name, path.name, data
    else:
        for name, data in stamped_data(folder):
            yield name, name.partition(":")[0], data


def written(seal):
    """SES_SealInfo by our writer, from what was read."""
    properties = seal.properties
    signers = properties.signers
    return codec.encode_info(
        seal.generation,
        header=seal.header,
        es_id=seal.es_id,
        properties={
            "type": properties.type,
            "name": properties.name,
            "signer_list_type": 1 if signers.certificates else 2,
            "signers": codec.signer_rows(signers.certificates)
            if signers.certificates
            else codec.digest_rows(signers.digests),
            "create_date": properties.create_date.moment,
            "not_before": properties.not_before.moment,
            "not_after": properties.not_after.moment,
        },
        picture=seal.picture,
        extensions=seal.extensions,
    )


def received(seal):
    """SES_SealInfo as it lies in the seal."""
    return strict.parse(seal.der).children()[0].raw


def test_the_samples_hold_seals_of_every_generation(seals):
    read, unread = seals
    years = [seal.generation.year for _, seal in read]
    assert {year: years.count(year) >= 2 for year in (2014, 2020, 2025)} == dict.fromkeys(
        (2014, 2020, 2025), True
    )
    assert len(read) >= 15
    assert unread == NOT_A_SEAL


def test_our_writer_makes_the_bytes_that_real_makers_signed(seals):
    same, other = [], {}
    for sample, seal in seals[0]:
        if written(seal) == received(seal):
            same.append(sample)
        else:
            other[sample] = seal
    assert other.keys() == DIFFERENT.keys()
    assert len(same) >= 11


def test_those_that_come_out_otherwise_do_so_for_the_reason_given(seals):
    by_name = {sample: seal for sample, seal in seals[0] if sample in DIFFERENT}
    for sample, reason in DIFFERENT.items():
        seal = by_name[sample]
        codes = {item.code for item in seal.tolerances if ".info." in item.part}
        assert (codes == {"quirk_q8"}) is (reason == NO_ZULU), sample
        (place, left, right), *rest = differing(received(seal), written(seal))
        assert not rest
        if reason == NO_EXTENSIONS:
            assert (place, left, right) == (4, b"\x30\x00", b"")
        elif reason == LIST_TYPE:
            assert differing(left, right) == [(2, b"\x02\x01\x03", b"\x02\x01\x01")]
        else:
            assert {place for place, _, _ in differing(left, right)} == {4, 5, 6}


def differing(left, right):
    """The elements that two structures differ in: place, and both as encoded."""
    rows = [[item.raw for item in strict.parse(der).children()] for der in (left, right)]
    pairs = zip_longest(*rows, fillvalue=b"")
    return [(place, *pair) for place, pair in enumerate(pairs) if pair[0] != pair[1]]


def test_the_whole_seal_too_where_nothing_departs_from_der(seals):
    seen = 0
    for sample, seal in seals[0]:
        if seal.tolerances or sample in DIFFERENT:
            continue
        again = codec.encode_seal(
            seal.generation,
            written(seal),
            certificate=seal.maker_certificate,
            algorithm=seal.algorithm,
            signature=seal.signature,
            time_stamp=seal.time_stamp,
        )
        assert again == seal.der, sample
        seen += 1
    assert seen >= 10


def test_versions_that_do_not_belong_to_their_structure(seals):
    wrong = {
        sample: seal.header.version
        for sample, seal in seals[0]
        if seal.header.version != seal.generation.version
    }
    assert wrong == WRONG_NUMBER


def test_stamps_of_2025_are_written_as_ofdrw_writes_them(samples):
    """The layout of the three files of that generation, element by element."""
    folder = samples / "ofd" / "ofdrw"
    stamp = codec.decode_signature((folder / "SignedValueV5.dat").read_bytes())
    again = codec.encode_structure(
        stamp.generation.signature,
        "to_be_signed",
        {
            "version": stamp.generation.version,
            "seal": stamp.seal.der,
            "time": stamp.claimed_time.moment,
            "data_digest": stamp.data_digest,
            "property_info": stamp.property_info,
        },
    )
    assert again == stamp.signed
    for name, time_stamp in (("UserV5.esl", None), ("UserV5_ts.esl", b"\x01\x02\x03")):
        seal = codec.decode_seal((folder / name).read_bytes())
        assert seal.generation.year == 2025
        assert seal.time_stamp == time_stamp
