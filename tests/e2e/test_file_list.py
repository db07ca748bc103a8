"""防夹带: the signed list of its files that a package brings, held against what it holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import attacker
import cms_builder
import ofd_builder as ofd
import ofd_tampering
from govseal import TrustStore
from govseal.asn1 import strict
from govseal.verification.policy import Policy
from govseal.verification.render.html import render_html
from govseal.verification.render.text import render_text

AT = datetime(2026, 6, 1, 8, tzinfo=UTC)
LIST, VALUE = "OFDEntries.xml", "signedvalue.dat"


@pytest.fixture(scope="module")
def world(office):
    return ofd_tampering.World(office, AT + timedelta(hours=1))


def entries(names, *, value=f"/{VALUE}", namespace=ofd.NAMESPACE):
    rows = "".join(f'<ofd:File ID="{n}" FileLoc="/{name}"/>' for n, name in enumerate(names))
    body = f"<ofd:SignedValueLoc>{value}</ofd:SignedValueLoc><ofd:FileList>{rows}</ofd:FileList>"
    return ofd.xml("DocEntries", body, ' ID="1" CreatorName="x" Version="1"', namespace)


def listed(world, data=None, *, names=None, signer=None, xml=None, value=VALUE, **changes):
    """The package with a list of its files, signed by the bureau (or ``signer``)."""
    data = world.package if data is None else data
    names = [item.name for item in ofd.members(data)] if names is None else names
    xml = xml or entries(names, value=f"/{value}", **changes)
    rows = cms_builder.attributes(xml, time=world.at)
    made = attacker.cms_value(signer or world.signer, xml, signed=rows)
    return ofd.with_files(data, {LIST: xml, value: made})


def found(report):
    (check,) = [check for check in report.checks if check.name == "file_list"]
    return check.outcome.value, check.reason


def test_a_package_without_a_list_has_no_check_of_it(office, world):
    assert [check.name for check in office.verify(world.one).checks] == ["container"]


def test_a_list_of_all_files_passes_and_makes_nothing_signed(office, world):
    report = office.verify(listed(world))
    assert found(report) == ("passed", "")
    assert (report.verdict.value, report.signatures) == ("unsigned", ())


@pytest.mark.parametrize("value", [VALUE, "Doc_0/list.dat"])
def test_a_stamped_package_passes_with_its_list(office, world, value):
    data = office.stamp(listed(world, value=value))
    report = office.verify(data)
    assert (report.verdict.value, found(report)) == ("passed", ("passed", ""))
    assert office.verify(office.stamp(data, hours=4)).verdict.value == "passed"


def test_a_list_made_after_the_stamp_is_outside_of_it(office, world):
    """It names the stamp's files too, and no stamp protects it."""
    report = office.verify(listed(world, world.one))
    assert found(report) == ("passed", "")
    assert (report.verdict.value, report.reasons) == ("indeterminate", ("partial_coverage",))


def test_a_file_put_in_is_smuggled(office, world):
    data = ofd.with_files(listed(world), {"Doc_0/Res/evil.png": b"x"})
    report = office.verify(data)
    assert found(report) == ("indeterminate", "smuggled_file")
    assert (report.verdict.value, report.reasons) == ("indeterminate", ("smuggled_file",))
    assert report.checks[1].detail == "/Doc_0/Res/evil.png"
    assert "夹带" in render_text(report)
    assert "夹带" in render_html(report)


def test_a_signature_that_is_none_is_smuggled(office, world):
    data = ofd.with_files(listed(world), {"Doc_0/Signs/Sign_9/SignedValue.dat": b"x"})
    assert found(office.verify(data)) == ("indeterminate", "smuggled_file")


def test_a_page_that_a_false_signature_claims_is_smuggled(office, world):
    """The files of signatures are told by what they are, not by what they are called."""
    data = listed(world, attacker.with_list(ofd.package()))
    xml = attacker.signature_xml("<ofd:References/>", value="/Doc_0/evil.png")
    data = attacker.add_signature(data, xml, lambda _: b"x")
    data = ofd.with_files(data, {"Doc_0/evil.png": b"x"})
    report = office.verify(data)
    assert found(report) == ("indeterminate", "smuggled_file")
    assert "/Doc_0/evil.png" in report.checks[1].detail


def test_a_file_taken_out_is_missed(office, world):
    data = ofd.removed(listed(world), ofd.ATTACHMENT)
    report = office.verify(data)
    assert found(report) == ("failed", "listed_file_missing")
    assert report.verdict.value == "failed"


def test_names_are_no_digests(office, world):
    """Documented: a changed file keeps its name."""
    data = ofd.edited(listed(world), ofd.PAGE, "第1页", "第9页")
    assert found(office.verify(data)) == ("passed", "")


@pytest.mark.parametrize("name", [LIST, VALUE])
def test_a_list_or_value_changed_is_invalid(office, world, name):
    other = listed(world, names=[ofd.ENTRY])
    data = ofd.replaced(listed(world), name, ofd.read(other, name))
    report = office.verify(data)
    assert found(report) == ("failed", "file_list_invalid")
    assert "data_digest_mismatch" in report.checks[1].detail


def test_a_value_of_another_key_is_invalid(office, world):
    def make(signer, value):
        return lambda xml: attacker.cms_value(
            signer, xml, signed=cms_builder.attributes(xml, time=world.at), form=value
        )

    data = listed(world)
    bent = make(world.signer, lambda _: world.rival.signer.sign(b"x"))(ofd.read(data, LIST))
    report = office.verify(ofd.replaced(data, VALUE, bent))
    assert found(report) == ("failed", "file_list_invalid")
    assert "signature_invalid" in report.checks[1].detail


@pytest.mark.parametrize(
    "change",
    [
        lambda data: ofd.removed(data, VALUE),
        lambda data: ofd.replaced(data, VALUE, b""),
        lambda data: ofd.replaced(data, LIST, b"<"),
        lambda data: ofd.replaced(data, LIST, ofd.xml("Document")),
        lambda data: ofd.replaced(data, LIST, entries([])),
        lambda data: ofd.edited(data, LIST, f"/{VALUE}", ""),
    ],
    ids=["no value", "an empty value", "no XML", "another root", "no files", "no location"],
)
def test_a_list_that_cannot_be_read_is_malformed(office, world, change):
    report = office.verify(change(listed(world)))
    assert found(report) == ("failed", "malformed")


def test_a_document_type_in_the_list_is_refused(office, world):
    report = office.verify(ofd.with_doctype(listed(world), LIST))
    assert found(report) == ("failed", "xml_forbidden")


def test_a_list_of_a_stranger_only_informs(office, world):
    data = listed(world)
    report = office.verify(data, trust=TrustStore())
    assert found(report) == ("passed", "file_list_untrusted")
    assert (report.verdict.value, report.notices) == ("unsigned", ("file_list_untrusted",))
    smuggled = ofd.with_files(data, {"x": b""})
    assert found(office.verify(smuggled, trust=TrustStore())) == ("indeterminate", "smuggled_file")


def test_a_list_in_another_namespace_is_named_and_strictly_refused(office, world):
    data = office.stamp(listed(world, namespace="http://www.ofdspec.org"))
    assert office.verify(data).notices == ("quirk_q14",)
    refused = office.verify(data, policy=Policy(strict=True))
    assert (refused.verdict.value, refused.reasons) == ("failed", ("tolerance_refused",))


def test_signed_data_without_its_outer_layer_is_not_read(office, world):
    data = listed(world)
    bare = strict.parse(ofd.read(data, VALUE)).children()[1].children()[0].raw
    report = office.verify(ofd.replaced(data, VALUE, bare))
    assert found(report) == ("indeterminate", "unsupported")
    assert report.verdict.value == "indeterminate"


@pytest.mark.samples
def test_the_list_of_another_product(office, samples):
    path = samples / "ofd/ofdrw/hello-integrity.ofd"
    report = office.verify(path, trust=TrustStore())
    assert found(report) == ("passed", "file_list_untrusted")
    assert report.verdict.value == "unsigned"
    smuggled = ofd.with_files(path.read_bytes(), {"Doc_0/x.xml": b"<x/>"})
    assert found(office.verify(smuggled, trust=TrustStore())) == ("indeterminate", "smuggled_file")


@pytest.mark.samples
def test_the_list_of_an_old_product_is_open(office, samples):
    """Its signed data has neither its outer layer nor the right elements."""
    path = samples / "ofd/ofdrw/75f4364a_hello-integrity.ofd"
    assert found(office.verify(path)) == ("indeterminate", "unsupported")
