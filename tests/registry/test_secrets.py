"""The key for secrets: where it comes from, a new one, and that it shows itself nowhere."""

from __future__ import annotations

import logging
import os

import pytest
import sqlalchemy as sa

import bureaukit
import documentkit
import softdevices
from govseal.errors import DeviceError, KeyLoadError, NotAuthorized, RegistryError
from govseal.pki.atrest import AtRestKey
from govseal.registry import tables
from govseal.registry.keysource import load_registry_key, write_registry_key
from govseal.registry.rotation import ENCRYPTED, check_secrets, rotate_key
from govseal.registry.tables.base import METADATA

DIGITS = "00112233445566778899aabbccddeeff"
NEW = AtRestKey(bytes(range(16, 32)))


def written(tmp_path, text=DIGITS, mode=0o600):
    path = tmp_path / "secrets.key"
    path.write_text(text)
    path.chmod(mode)
    return path


def opens(key):
    sealed = AtRestKey(bytes.fromhex(DIGITS)).encrypt(b"secret", "label")
    return key.decrypt(sealed, "label") == b"secret"


def test_a_key_comes_from_a_file(tmp_path):
    assert opens(load_registry_key(written(tmp_path, f"{DIGITS}\n")))


@pytest.mark.parametrize("source", [DIGITS, f"env:{DIGITS}", f" {DIGITS}\n", DIGITS.upper()])
def test_a_key_in_the_place_of_its_name_is_not_repeated(source):
    """Who puts it into the variable that names the file would read it in a log."""
    with pytest.raises(KeyLoadError) as refused:
        load_registry_key(source)
    assert refused.value.kind == "wrong_container"
    assert DIGITS not in str(refused.value).lower()


def test_a_key_comes_from_the_environment(monkeypatch):
    monkeypatch.setenv("BUREAU_KEY", DIGITS)
    assert opens(load_registry_key("env:BUREAU_KEY"))


@pytest.mark.slow
@pytest.mark.measured
def test_a_key_comes_from_a_device(tmp_path):
    hsm = softdevices.softhsm()
    (tmp_path / "value").write_bytes(bytes.fromhex(DIGITS))
    tool = ("pkcs11-tool", "--module", hsm.module, "--token-label", "govseal", "--login")
    tool += ("--pin", softdevices.PIN, "--write-object", tmp_path / "value", "--type", "data")
    softdevices.run(*tool, "--label", "at-rest", "--private")
    uri = hsm.uri("token=govseal;object=at-rest;type=data")
    assert opens(load_registry_key(uri, pin=softdevices.PIN))
    for path, pin, code in (
        ("token=govseal;object=none;type=data", softdevices.PIN, "no_key"),
        ("token=govseal;object=at-rest;type=private", softdevices.PIN, "invalid_uri"),
        ("token=govseal;object=at-rest;type=data", None, "no_pin"),
        ("token=govseal;object=at-rest;type=data", "0000", "CKR_PIN_INCORRECT"),
    ):
        with pytest.raises(DeviceError) as refused:
            load_registry_key(hsm.uri(path), pin=pin)
        assert refused.value.code == code


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_reach_is_refused(tmp_path, mode):
    with pytest.raises(KeyLoadError) as refused:
        load_registry_key(written(tmp_path, mode=mode))
    assert refused.value.kind == "unsafe_file"


@pytest.mark.parametrize("text", ["", "00" * 15, "00" * 17, "zz" * 16, "密" * 16])
def test_what_is_no_key_is_refused_and_not_shown(tmp_path, text):
    with pytest.raises(KeyLoadError) as refused:
        load_registry_key(written(tmp_path, text))
    assert refused.value.kind == "wrong_container"
    assert not text or text not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("source", ["env:NO_SUCH_KEY", "/none/secrets.key"])
def test_no_key_is_refused(source):
    with pytest.raises(KeyLoadError) as refused:
        load_registry_key(source)
    assert refused.value.kind == "absent"


def test_a_folder_is_no_key(tmp_path):
    with pytest.raises(KeyLoadError):
        load_registry_key(tmp_path)


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for source in ("/dev/null", tmp_path / "pipe"):
        with pytest.raises(KeyLoadError) as refused:
            load_registry_key(source)
        assert refused.value.kind == "unsafe_file"


def test_somebody_elses_file_is_refused(tmp_path, monkeypatch):
    path = written(tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: path.stat().st_uid + 1)
    if path.stat().st_uid == 0:
        os.chown(path, 1, 1)
    with pytest.raises(KeyLoadError) as refused:
        load_registry_key(path)
    assert refused.value.kind == "unsafe_file"


def test_a_new_key_is_its_owners_alone(tmp_path):
    path = tmp_path / "new.key"
    sealed = write_registry_key(path).encrypt(b"secret", "label")
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_registry_key(path).decrypt(sealed, "label") == b"secret"
    with pytest.raises(FileExistsError):
        write_registry_key(path)


# 更换密钥 · a new key ----------------------------------------------------------------------


@pytest.fixture
def full(bureau):
    """A bureau with a secret in every column that is encrypted at rest."""
    documentkit.add_seals(bureau)
    documentkit.stamp(bureau, facts={"holder": "portal:1"})
    with bureau.database.begin() as connection:
        connection.execute(
            tables.seal_versions.insert().values(
                id="ver-1",
                seal=documentkit.seal_id("official"),
                number=1,
                es_id="ES-1",
                sealed=b"",
                sha256="",
                valid_from=bureaukit.SINCE,
                valid_to=bureaukit.SINCE,
                made_at=bureaukit.SINCE,
            )
        )
        connection.execute(
            tables.seal_applications.insert().values(
                id="app-1",
                seal=documentkit.seal_id("official"),
                organization=bureaukit.BUREAU,
                applicant=bureaukit.person("handler"),
                form={},
                attachments=[],
            )
        )
        for item in ENCRYPTED:
            for row in connection.execute(sa.select(item.table)).all():
                value = bureau.secrets.encrypt(item.column.encode(), item.label(row))
                changed = item.table.update().where(item.table.c.id == row.id)
                connection.execute(changed.values({item.column: value}))
    return bureau


def rotate(bureau, name="operator"):
    with bureau.acting(bureaukit.person(name)) as b:
        return rotate_key(b, NEW)


def test_everything_is_encrypted_anew(full):
    old, digest = full.secrets, holder(full)
    assert rotate(full).count > len(ENCRYPTED)
    with full.database.begin() as connection:
        assert not check_secrets(connection, NEW)
        assert {name.split(".")[0] for name in check_secrets(connection, old)} == {
            *(item.table.name for item in ENCRYPTED),
            "settings: holder_key",
            "settings: ledger_key",
        }
    assert holder(full) == digest
    full.ledger.checkpoint()


def holder(bureau):
    documentkit.stamp(bureau, b"again", b"draft again", facts={"holder": "portal:1"})
    with bureau.database.begin() as connection:
        (found,) = set(connection.execute(sa.select(tables.documents.c.holder)).scalars())
    return found


def test_a_damaged_secret_leaves_all_as_it_was(full):
    old = full.secrets
    with full.database.begin() as connection:
        connection.execute(
            tables.seals.update()
            .where(tables.seals.c.id == documentkit.seal_id("official"))
            .values(key=b"GS1" + bytes(60))
        )
    with pytest.raises(KeyLoadError):
        rotate(full)
    assert full.secrets is old
    with full.database.begin() as connection:
        assert check_secrets(connection, old) == ["seals.key: key seal-official"]


def test_a_new_key_needs_the_old_one_and_a_role(full):
    with pytest.raises(NotAuthorized):
        rotate(full, "handler")
    full.secrets = None
    with pytest.raises(RegistryError) as refused:
        rotate(full)
    assert refused.value.code == "secrets_missing"


PUBLIC = {
    "approvals.signature",
    "approvals.certificate",
    "person_certificates.der",
    "seal_applications.certificate",
}


def test_no_column_of_bytes_is_forgotten():
    known = {f"{item.table.name}.{item.column}" for item in ENCRYPTED}
    found = {
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.c
        if isinstance(column.type, sa.LargeBinary)
    }
    assert found - PUBLIC == known


# 不外泄 · nowhere shown --------------------------------------------------------------------


@pytest.mark.req("R-HLJ-02b")
def test_no_secret_is_shown_or_logged(full, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    key = bytes(range(16))
    rotate(full)
    with full.acting(bureaukit.person("handler")) as b:
        shown = repr((full, full.secrets, NEW, b, full.database, vars(full)))
    for form in (key.hex(), repr(key), bytes(range(16, 32)).hex(), repr(bytes(range(16, 32)))):
        assert form not in shown
        assert form not in caplog.text
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (key, bytes(range(16, 32)), key.hex().encode()):
        assert secret not in stored
