"""Delta lists, lists of some reasons, places named in many ways, and other keys of the same CA."""

from __future__ import annotations

from datetime import timedelta

import pytest

from govseal.asn1 import strict, write
from govseal.errors import EncodingError
from govseal.pki import crl as lists
from govseal.pki import extensions as ext
from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.revocation import check_revocation
from govseal.pki.trust import TrustStore
from govseal.testing import Authority, Revoked, x509

DAY = timedelta(days=1)


@pytest.fixture
def root(at):
    """A CA of this test alone: its numbers start at 1."""
    return Authority.create("测试增量 CA", at=at)


@pytest.fixture
def leaf(root):
    return root.issue("99000000000001").certificate


@pytest.fixture
def status(root, leaf, at):
    """What CRLs in DER say about the leaf."""

    def ask(*crls, certificate=leaf, trust=None, certificates=()):
        materials = Materials(tuple(certificates), tuple(map(Crl.from_der, crls)))
        trust = trust or TrustStore([root.certificate])
        return check_revocation(certificate, trust, materials=materials, at=at)

    return ask


# --- 增量 · delta -----------------------------------------------------------------------------


def test_a_delta_is_read(root, at):
    base = Crl.from_der(root.crl())
    delta = Crl.from_der(root.delta_crl(base))
    assert (base.is_delta, delta.is_delta) == (False, True)
    assert (delta.base_number, delta.critical_unknown) == (base.number, ())
    assert delta.completes(base)
    assert not base.completes(base)
    assert not delta.completes(delta)


def test_a_delta_brings_a_stale_list_up_to_date(root, status, at):
    stale = root.crl(this_update=at - 3 * DAY, next_update=at - 2 * DAY)
    assert status(stale).reason == "revocation_stale"
    delta = root.delta_crl(Crl.from_der(stale), this_update=at - DAY, next_update=at + DAY)
    for order in ((stale, delta), (delta, stale)):
        assert (status(*order).state, status(*order).this_update) == ("good", at - DAY)


def test_a_delta_revokes_with_its_base_or_alone(root, leaf, status, at):
    base = root.crl(this_update=at - DAY)
    delta = root.delta_crl(Crl.from_der(base), [Revoked(leaf, at - DAY, "superseded")])
    for crls in ((delta,), (base, delta), (delta, base)):
        assert (status(*crls).state, status(*crls).revocation_reason) == ("revoked", "superseded")


def test_a_delta_alone_never_clears(root, status):
    base = Crl.from_der(root.crl())
    result = status(root.delta_crl(base))
    assert (result.state, result.reason) == ("unknown", "no_revocation_data")
    assert "delta" in result.detail


def test_a_delta_of_a_later_base_never_clears(root, status, at):
    old = root.crl(this_update=at - 9 * DAY, next_update=at - 8 * DAY)
    new = Crl.from_der(root.crl(this_update=at - 2 * DAY, next_update=at - DAY))
    assert status(old, root.delta_crl(new)).reason == "revocation_stale"


def test_a_delta_that_is_older_than_the_list_adds_nothing(root, at):
    first = Crl.from_der(root.crl())
    delta = Crl.from_der(root.delta_crl(first))
    later = Crl.from_der(root.crl())
    assert delta.completes(first)
    assert not delta.completes(later)


def test_a_delta_of_another_scope_does_not_complete(root, at, status):
    stale = root.crl(this_update=at - 3 * DAY, next_update=at - 2 * DAY)
    users = x509.distribution_point_extension(flags=[1])
    delta = root.delta_crl(Crl.from_der(stale), extensions=[users])
    assert status(stale, delta).reason == "revocation_stale"


def test_a_hold_is_released_by_a_delta(root, leaf, status, at):
    hold = Revoked(leaf, at - 5 * DAY, "certificate_hold")
    base = root.crl([hold], this_update=at - 4 * DAY)
    silent = root.delta_crl(Crl.from_der(base), this_update=at - 2 * DAY)
    assert status(base, silent).revocation_reason == "certificate_hold"
    removed = Revoked(leaf, at - DAY, "remove_from_crl")
    released = root.delta_crl(Crl.from_der(base), [removed], this_update=at - DAY)
    for order in ((base, silent, released), (released, base), (silent, released, base)):
        assert status(*order).state == "good"
    # Without the list that it changes it releases, and clears nobody.
    assert status(released).state == "unknown"


def test_a_delta_releases_no_final_revocation(root, leaf, status, at):
    base = root.crl([Revoked(leaf, at - 5 * DAY, "key_compromise")], this_update=at - 4 * DAY)
    removed = Revoked(leaf, at - DAY, "remove_from_crl")
    released = root.delta_crl(Crl.from_der(base), [removed], this_update=at - DAY)
    assert status(base, released).revocation_reason == "key_compromise"


def test_a_delta_by_another_key_counts_for_nothing(root, other_ca, leaf, status, at):
    base = root.crl(this_update=at - 3 * DAY, next_update=at - 2 * DAY)
    forged = root.delta_crl(Crl.from_der(base), key=other_ca.key)
    assert status(base, forged).reason == "revocation_stale"


def test_an_older_list_that_names_a_hold_does_not_clear(root, leaf, status, at):
    """A newer list released it and is stale: the older one says nothing good."""
    hold = Revoked(leaf, at - 5 * DAY, "certificate_hold")
    held = root.crl([hold], this_update=at - 4 * DAY, next_update=at + DAY)
    released = root.crl(this_update=at - 3 * DAY, next_update=at - DAY)
    assert (status(held, released).state, status(held, released).reason) == (
        "unknown",
        "revocation_stale",
    )


def test_a_list_that_is_not_understood_is_no_base(root, status, at):
    odd = x509.encode_extension("1.2.3.4", write.null(), is_critical=True)
    times = {"this_update": at - 3 * DAY, "next_update": at - 2 * DAY}
    base = root.crl(extensions=[odd], **times)
    result = status(base, root.delta_crl(Crl.from_der(base)))
    assert (result.state, result.reason) == ("unknown", "no_revocation_data")


# --- 原因 · reasons ---------------------------------------------------------------------------


def some_reasons(*bits):
    content = strict.parse(write.named_bits(bits)).content
    value = write.sequence(write.element(0x83, content))
    return x509.encode_extension(lists.ISSUING_DISTRIBUTION_POINT, value, is_critical=True)


def test_lists_of_some_reasons_clear_together(root, status):
    one = root.crl(extensions=[some_reasons(1, 2)])
    two = root.crl(extensions=[some_reasons(3, 4, 5, 6, 7, 8)])
    assert Crl.from_der(one).scope.reasons == {1, 2}
    for alone in ((one,), (two,), (one, one)):
        result = status(*alone)
        assert (result.state, result.reason) == ("unknown", "no_revocation_data")
        assert "some of the reasons" in result.detail
    assert status(one, two).state == "good"
    assert status(one, root.crl()).state == "good"


def test_a_list_of_some_reasons_revokes(root, leaf, status, at):
    one = root.crl([Revoked(leaf, at, "key_compromise")], extensions=[some_reasons(1)])
    assert status(one, root.crl()).revocation_reason == "key_compromise"


def test_a_list_that_knows_no_holds_releases_none(root, leaf, status, at):
    """Neither does one that dropped a certificate because it expired (RFC 5280, 5.3.1)."""
    before = root.crl(this_update=at - 4 * DAY, next_update=at + DAY)
    held = root.crl([Revoked(leaf, at - 3 * DAY, "certificate_hold")], this_update=at - 2 * DAY)
    assert status(before, held).revocation_reason == "certificate_hold"
    of_some = root.crl(extensions=[some_reasons(1)])
    assert status(before, held, of_some).revocation_reason == "certificate_hold"
    knows = root.crl(extensions=[some_reasons(6)])
    assert status(before, held, knows).state == "good"


def test_a_list_after_the_certificate_expired_releases_no_hold(root, leaf, status, at):
    before = root.crl(this_update=at - 4 * DAY, next_update=at + DAY)
    held = root.crl([Revoked(leaf, at - 3 * DAY, "certificate_hold")], this_update=at - 2 * DAY)
    after = leaf.not_after + DAY
    assert status(before, held, root.crl(this_update=after)).state == "revoked"
    removed = Revoked(leaf, after, "remove_from_crl")
    delta = root.delta_crl(Crl.from_der(held), [removed], this_update=after)
    assert status(before, held, delta).state == "revoked"


def test_reasons_that_are_no_bits_narrow_to_nothing(root, status):
    value = write.sequence(write.element(0x83, b"\xff"))
    row = x509.encode_extension(lists.ISSUING_DISTRIBUTION_POINT, value, is_critical=True)
    assert status(root.crl(extensions=[row])).state == "unknown"


# --- 发布点 · places --------------------------------------------------------------------------


def point(*names, relative=b""):
    """DistributionPointName inside its [0]."""
    inner = write.element(0xA1, relative) if relative else write.element(0xA0, b"".join(names))
    return write.element(0xA0, inner)


def points_of_certificate(*rows):
    value = write.sequence(*(write.sequence(row) for row in rows))
    return x509.encode_extension(ext.CRL_DISTRIBUTION_POINTS, value)


def place_of_list(row):
    return x509.encode_extension(
        lists.ISSUING_DISTRIBUTION_POINT, write.sequence(row), is_critical=True
    )


def test_places_are_known_by_any_kind_of_name(root, status):
    """Chinese CAs name directories and LDAP servers."""
    issuer = strict.parse(root.certificate.subject_der).content
    pair = write.sequence(write.oid("2.5.4.3"), write.utf8("crl1"))
    directory = write.explicit(4, write.sequence(issuer[:0], issuer, write.set_of(pair)))
    ldap = write.element(0x86, b"ldap://ldap.example/CN=crl1,OU=CRL?certificateRevocationList")
    web = write.element(0x86, b"http://example/1.crl")
    relative = point(relative=pair)
    leaf = root.issue("x", extensions=[points_of_certificate(point(directory), point(ldap))])
    for row in (point(directory), point(ldap), point(web, ldap), relative):
        crl = root.crl(extensions=[place_of_list(row)])
        assert status(crl, certificate=leaf.certificate).state == "good"
    for row in (point(web), point(relative=write.sequence(write.oid("2.5.4.3"), write.utf8("2")))):
        crl = root.crl(extensions=[place_of_list(row)])
        assert status(crl, certificate=leaf.certificate).state == "unknown"
    assert leaf.certificate.crl_urls == (ldap[2:].decode(),)


def test_places_that_cannot_be_read_match_nothing(root, status):
    odd = x509.encode_extension(ext.CRL_DISTRIBUTION_POINTS, write.sequence(write.null()))
    leaf = root.issue("x", extensions=[odd]).certificate
    crl = root.crl(extensions=[x509.distribution_point_extension("http://example/1.crl")])
    assert status(crl, certificate=leaf).state == "unknown"
    assert status(root.crl(), certificate=leaf).state == "good"


def test_a_list_whose_place_is_no_name_is_refused(root):
    for row in (write.element(0xA0, b""), write.element(0xA0, write.null())):
        with pytest.raises(EncodingError, match="distributionPoint"):
            Crl.from_der(root.crl(extensions=[place_of_list(row)]))


# --- 换钥 · other keys ------------------------------------------------------------------------


def renewed(authority, at, *, by=None, usage=("key_cert_sign", "crl_sign")):
    """A certificate of a new key under the CA's own name, certified by ``by``."""
    key = PrivateKey.generate("sm2")
    by = by or authority

    def rename(template):
        template.subject_der = authority.certificate.subject_der
        template.extensions[1] = x509.key_usage_extension(usage)

    certificate = by.create_authority("换钥", key=key, modify=rename).certificate
    return Authority(key, certificate, (), at)


def test_a_list_by_the_new_key_that_the_old_one_certified(root, status, at):
    new = renewed(root, at)
    crl = new.crl()
    assert status(crl).reason == "no_revocation_data"
    known = [new.certificate]
    unknown = status(crl, certificates=known)
    assert (unknown.state, unknown.reason) == ("unknown", "no_revocation_data")
    assert "not known to be unrevoked" in unknown.detail
    stale = root.crl(this_update=at - DAY, next_update=at - DAY)
    assert status(crl, stale, certificates=known).reason == "revocation_stale"
    own = root.crl(this_update=at - DAY, next_update=at + DAY)
    assert status(crl, own, certificates=known).this_update == at


def test_a_new_root_beside_the_link_between_the_keys(root, status, at):
    new = renewed(root, at)
    name = root.certificate.subject_value("CN")
    twin = Authority.create(name, at=at, key=new.key)
    both = TrustStore([root.certificate, twin.certificate])
    assert status(new.crl(), trust=both).reason == "no_revocation_data"
    assert status(new.crl(), trust=both, certificates=[new.certificate]).state == "good"


def test_of_two_certificates_of_a_key_the_better_one_counts(root, status, at):
    """The link between the keys is not known to be unrevoked, the new root is an anchor."""
    new = renewed(root, at)
    twin = Authority.create("测试增量 CA", at=at, key=new.key).certificate
    for order in ([root.certificate, twin], [twin, root.certificate]):
        trust = TrustStore(order)
        assert status(new.crl(), trust=trust, certificates=[new.certificate]).state == "good"


def test_two_certificates_of_one_parent(root, status, at):
    middle = root.create_authority("二级")
    leaf = middle.issue("x").certificate
    lists_only = renewed(middle, at, by=root, usage=("crl_sign",))
    known = [middle.certificate, lists_only.certificate]
    crl = lists_only.crl()
    assert status(crl, certificate=leaf, certificates=known).state == "unknown"
    of_root = root.crl()
    assert status(crl, of_root, certificate=leaf, certificates=known).state == "good"
    revoked = root.crl([Revoked(lists_only.certificate, at - DAY)])
    assert status(crl, revoked, certificate=leaf, certificates=known).state == "unknown"


def test_another_key_that_may_not_clear_may_revoke(root, status, leaf, at):
    new = renewed(root, at)
    crl = new.crl([Revoked(leaf, at - DAY)])
    assert status(crl, certificates=[new.certificate]).state == "revoked"
    gone = root.crl([Revoked(new.certificate, at - DAY)], next_update=at + DAY)
    assert status(crl, gone, certificates=[new.certificate]).state == "good"


@pytest.mark.parametrize("usage", [("key_cert_sign",), ("digital_signature",)])
def test_another_key_that_may_not_sign_lists(root, status, leaf, at, usage):
    new = renewed(root, at, usage=usage)
    crl = new.crl([Revoked(leaf, at - DAY)])
    assert status(crl, certificates=[new.certificate]).state == "unknown"


def test_a_namesake_below_another_ca_is_not_the_same_ca(root, status, leaf, at):
    """One root certifies two, and the second calls a CA of its own by the name of the first."""
    first, second = root.create_authority("第一"), root.create_authority("第二")
    user = first.issue("x").certificate
    forger = renewed(first, at, by=second)
    known = [first.certificate, second.certificate, forger.certificate]
    crls = (root.crl(), second.crl(), forger.crl([Revoked(user, at - DAY)]), first.crl())
    assert status(*crls, certificate=user, certificates=known).state == "good"
    silent = forger.crl()
    result = status(*crls[:2], silent, certificate=user, certificates=known)
    assert (result.state, result.reason) == ("unknown", "no_revocation_data")


def test_one_key_after_the_other_is_cleared(root, status, at):
    """Both CAs changed their keys, and their old keys go on signing lists (PKITS 4.6.17)."""
    new_root = renewed(root, at)
    middle = new_root.create_authority("二级")
    new_middle = renewed(middle, at)
    leaf = new_middle.issue("x").certificate
    known = [new_root.certificate, middle.certificate, new_middle.certificate]
    asked = {"certificate": leaf, "certificates": known}
    assert status(root.crl(), middle.crl(), **asked).state == "good"
    assert status(middle.crl(), **asked).state == "unknown"
    revoked = root.crl([Revoked(middle.certificate, at - DAY)])
    assert status(revoked, middle.crl(), **asked).state == "unknown"


def test_a_key_does_not_clear_itself(root, status, leaf, at):
    """Its own list says that it is not revoked, and so does that of a third key."""
    new, third = renewed(root, at), renewed(root, at)
    known = [new.certificate, third.certificate]
    for crls in ((new.crl(),), (new.crl(), third.crl())):
        result = status(*crls, certificates=known)
        assert (result.state, result.reason) == ("unknown", "no_revocation_data")
