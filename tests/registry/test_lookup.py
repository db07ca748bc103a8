"""What people call things, and by which profile a registry was founded."""

from __future__ import annotations

import pytest

import bureaukit
import sealdesk
from bureaukit import BUREAU, BUREAU_NAME, person
from govseal.errors import RegistryError
from govseal.registry import Bureau, tables
from govseal.registry.lookup import find_id, names_by_id
from govseal.registry.overview import overview

OWN = 'extends = "jincheng"\nname = "own"\n'


def refused(code, url, **words):
    with pytest.raises(RegistryError) as caught:
        Bureau.open(url, **words)
    assert caught.value.code == code


def test_names_and_ids(bureau):
    assert find_id(bureau, "unit", BUREAU_NAME) == BUREAU
    assert find_id(bureau, "unit", BUREAU) == BUREAU
    assert find_id(bureau, "department", "办公室") == bureaukit.OFFICE
    assert find_id(bureau, "unit", "无此单位") == "无此单位"
    assert names_by_id(bureau, {person("head"), BUREAU, "x"}) == {
        person("head"): "head",
        BUREAU: BUREAU_NAME,
    }


def test_a_name_that_several_have_is_no_name(bureau):
    sealdesk.add_unit(bureau, "org-other", "测试县审批局", "county", "140521", ["using"])
    with bureau.database.begin() as connection:
        again = {"organization": "org-other", "name": "办公室", "active_from": bureaukit.SINCE}
        connection.execute(tables.departments.insert().values(id="dep-again", **again))
    with pytest.raises(RegistryError) as caught:
        find_id(bureau, "department", "办公室")
    assert caught.value.code == "ambiguous"
    assert find_id(bureau, "department", "办公室", within="org-other") == "dep-again"
    assert find_id(bureau, "department", "办公室", within=BUREAU) == bureaukit.OFFICE
    assert find_id(bureau, "department", "规划建设科", within="org-other") == bureaukit.PLANNING


def test_a_registry_knows_the_profile_it_was_founded_with(database_url):
    with Bureau.open(database_url, profile="jincheng", secrets=bytes(16)):
        pass
    with Bureau.open(database_url, secrets=bytes(16)) as again:
        assert again.profile.name == "jincheng"
        shown = overview(again)
        assert (shown.profile, shown.people, shown.has_secrets) == ("jincheng", 0, True)
    with Bureau.open(database_url, profile="ganzhou") as other:
        assert other.profile.name == "ganzhou"


def test_an_own_profile_is_found_again_by_its_file(sqlite_url, tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(OWN)
    with Bureau.open(sqlite_url, profile=own, secrets=bytes(16)):
        pass
    with Bureau.open(sqlite_url) as again:
        assert again.profile.name == "own"
    own.unlink()
    refused("policy_unknown", sqlite_url)


def test_nothing_is_founded_by_looking(database_url, tmp_path):
    refused("no_registry", database_url)
    refused("no_registry", database_url, profile="jincheng", founds=False)
    refused("no_registry", f"sqlite:///{tmp_path / 'none.db'}")
    assert not (tmp_path / "none.db").exists()
