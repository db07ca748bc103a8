"""What lies in the database: no key, no picture, nothing that a thief could stamp with."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import pytest
from PIL import Image

import quickkeys
import sealdesk
from bureaukit import person
from govseal.errors import KeyLoadError, RegistryError
from govseal.pki.keyfiles import read_key_file
from govseal.pki.signer import load_signer
from govseal.registry import Bureau, tables
from govseal.registry.seals.vault import SignerReference, keep, load_key, load_seal
from sealdesk import ES_ID, PASSWORD, workshop

seal, bureau = sealdesk.seal_in_use, sealdesk.its_bureau


def stored_bytes(url: str) -> bytes:
    """Every byte of the database: its file, and its log where there is one."""
    path = Path(url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))


def forms(secret: bytes) -> list[bytes]:
    """How bytes may stand in a file: as they are, as digits, in Base64 (without its ends)."""
    return [secret, secret.hex().encode(), secret.hex().upper().encode(), *_encoded(secret)]


def _encoded(secret: bytes) -> list[bytes]:
    return [base64.b64encode(secret[shift:])[:-4] for shift in range(3)]


@pytest.mark.req("R-HLJ-02b")
def test_a_thief_finds_no_key(bureau, sqlite_url):
    del bureau
    signer = workshop().institution()
    packed = quickkeys.pkcs12(signer, PASSWORD)
    scalar = read_key_file(packed, PASSWORD).key.to_sm2_bytes()
    data = stored_bytes(sqlite_url)
    assert len(scalar) == 32
    for form in forms(scalar):
        assert form not in data
    assert ES_ID.encode() in data  # what is no secret is there to be found


@pytest.mark.req("R-HLJ-02b")
def test_a_thief_finds_no_picture(bureau, seal, sqlite_url):
    data = stored_bytes(sqlite_url)
    with bureau.acting(person("custodian")) as b, b.call("test.look", writes=False) as call:
        row = call.one(tables.seals, seal)
        made = load_seal(call, row)
    for secret in (made.der, made.picture.data, sealdesk.IMPRINT.data):
        for piece in (secret[:64], secret[-64:], secret[len(secret) // 2 :][:64]):
            for form in forms(piece):
                assert form not in data
    for magic in (b"\x89PNG\r\n\x1a\n", b"IHDR", b"<svg"):
        assert magic not in data


@pytest.mark.req("R-HLJ-12b")
def test_no_way_leads_to_the_picture(bureau, seal):
    with bureau.acting(person("office")) as b:
        shown = b.seals.preview(seal)
        record = b.seals.get(seal)
    image = Image.open(io.BytesIO(shown))
    assert max(image.size) <= 150
    assert not any(isinstance(getattr(record, name), bytes) for name in record.__slots__)


@pytest.mark.req("R-HLJ-02b")
def test_without_the_key_for_secrets_nothing_opens(sqlite_url, seal, clock):
    with Bureau.open(sqlite_url, profile="jincheng", clock=clock) as bureau:
        for load in (load_seal, load_key):
            with (
                pytest.raises(RegistryError) as refused,
                bureau.acting(person("custodian")) as b,
                b.call("test.look") as call,
            ):
                load(call, call.one(tables.seals, seal))
            assert refused.value.code == "secrets_missing"
    other = bytes(16)
    with (
        Bureau.open(sqlite_url, profile="jincheng", secrets=other, clock=clock) as bureau,
        pytest.raises(KeyLoadError),
        bureau.acting(person("custodian")) as b,
        b.call("test.look") as call,
    ):
        load_key(call, call.one(tables.seals, seal))


def test_the_seal_of_another_row_does_not_open(bureau, seal):
    other = sealdesk.drafted(bureau, "14050000000002")
    row = sealdesk.row_of(bureau, seal)
    with bureau.database.begin() as connection:
        table = tables.seals
        connection.execute(
            table.update().where(table.c.id == other).values(sealed=row.sealed, key=row.key)
        )
    for load in (load_seal, load_key):
        with (
            pytest.raises(KeyLoadError),
            bureau.acting(person("custodian")) as b,
            b.call("test.look") as call,
        ):
            load(call, call.one(tables.seals, other))


def test_what_stamps_is_what_was_kept(any_bureau):
    seal = sealdesk.made(any_bureau)
    signer = workshop().institution()
    with any_bureau.acting(person("custodian")) as b, b.call("test.look", writes=False) as call:
        row = call.one(tables.seals, seal)
        key = load_key(call, row)
        made = load_seal(call, row)
    assert key.certificate == signer.certificate
    key.certificate.public_key.verify(key.sign(b"text"), b"text", key.algorithm)
    assert made.name == sealdesk.NAME


def test_a_seal_without_a_key(bureau):
    seal = sealdesk.drafted(bureau, "14050000000002")
    for load, code in ((load_seal, "no_seal"), (load_key, "no_key")):
        with (
            pytest.raises(RegistryError) as refused,
            bureau.acting(person("custodian")) as b,
            b.call("test.look") as call,
        ):
            load(call, call.one(tables.seals, seal))
        assert refused.value.code == code


# References to keys.


def test_a_reference_shows_nothing_of_its_key():
    reference = workshop().reference(workshop().institution())
    assert repr(reference) == "SignerReference(kind='server')"
    assert PASSWORD.encode() not in reference.pack()
    again = SignerReference.unpack(reference.pack())
    assert again.load().certificate == workshop().institution().certificate


def test_a_reference_needs_the_right_password():
    packed = quickkeys.pkcs12(workshop().institution(), PASSWORD)
    with pytest.raises(KeyLoadError) as refused:
        SignerReference.from_key_file(packed, "wrong")
    assert refused.value.kind == "wrong_password"
    assert load_signer(packed, password=PASSWORD)


def test_a_device_is_named_by_its_uri(bureau, seal):
    uri = "pkcs11:token=seal;object=key?pin-source=/run/pin"
    reference = SignerReference.from_device(uri, certificate=workshop().institution().certificate)
    again = SignerReference.unpack(reference.pack())
    assert again == reference
    assert uri not in repr(reference)
    with pytest.raises(ValueError, match="URI"):
        SignerReference.from_device("file:/etc/passwd")
    with bureau.acting(person("maker")) as b, b.call("seals.make", seal) as call:
        made = load_seal(call, call.one(tables.seals, seal))
        assert keep(call, seal, made, reference) == 2
    row = sealdesk.row_of(bureau, seal)
    assert uri.encode() not in row.key
    with bureau.database.begin() as connection:
        query = tables.key_media_states.select().order_by(tables.key_media_states.c.sequence)
        kinds = [found.kind for found in connection.execute(query)]
    assert kinds == ["server", "device"]
