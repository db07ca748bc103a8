"""The rules about certificates: present, valid, for signatures, of an allowed CA, not revoked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from govseal.pki.certificate import Certificate
from govseal.pki.timestamp import purpose_problem
from govseal.seal.binding.facts import Case, CertificateStanding
from govseal.seal.binding.rule import Rule, Violation

_OUT_OF_PERIOD = frozenset({"certificate_expired", "certificate_not_yet_valid"})


def certificate_present(case: Case, rule: Rule) -> Iterator[Violation]:
    """The seal is bound to a certificate.

    A list of digests binds it too, but shows no certificate that could be judged.
    """
    if case.standings:
        return
    if case.facts.has_digests:
        yield rule.doubt("E_NO_CERT", "the seal lists digests, no certificate that can be judged")
    else:
        yield rule.breach("E_NO_CERT", "the seal is bound to no certificate that can be read")


def certificate_period(case: Case, rule: Rule) -> Iterator[Violation]:
    """The certificate is valid at the moment."""
    for certificate in _certificates(case):
        if case.at > certificate.not_after:
            detail = f"{certificate.subject} was valid until {_day(certificate.not_after)}"
            yield rule.breach("E_EXPIRED", detail)
        if case.at < certificate.not_before:
            detail = f"{certificate.subject} is valid from {_day(certificate.not_before)}"
            yield rule.breach("E_TOO_EARLY", detail)


def certificate_usage(case: Case, rule: Rule) -> Iterator[Violation]:
    """The certificate is for signatures; ``stated`` asks that it says so."""
    for certificate in _certificates(case):
        usage = certificate.key_usage
        if usage is None and rule.settings["stated"]:
            yield rule.breach("E_KEY_USAGE", f"{certificate.subject} states no key usage")
        if usage is not None and not certificate.is_for_signing:
            detail = f"{certificate.subject} is for {', '.join(sorted(usage)) or 'nothing'}"
            yield rule.breach("E_KEY_USAGE", detail)
        if not purpose_problem(certificate):
            yield rule.breach("E_KEY_USAGE", f"{certificate.subject} is for time stamps alone")


def certificate_ca(case: Case, rule: Rule) -> Iterator[Violation]:
    """The certificate leads to a trusted anchor through an allowed CA.

    Allowed are the certificates of ``cas`` that the caller names, and those whose SHA-256 is in
    ``fingerprints``; where neither names one, every trusted anchor is, unless ``named`` asks
    for a name.
    """
    for standing in case.standings:
        yield from _anchor(standing, rule)
        yield from _allowed(standing, case, rule)


def _anchor(standing: CertificateStanding, rule: Rule) -> Iterator[Violation]:
    path = standing.path
    for failure in path.failures:
        # Its own period is the matter of another rule.
        if failure.reason in _OUT_OF_PERIOD and failure.certificate == standing.certificate:
            continue
        detail = f"{failure.certificate.subject}: {failure.detail}"
        make = rule.doubt if path.outcome == "indeterminate" else rule.breach
        yield make("E_CA_NOT_ALLOWED", detail)
        return


def _allowed(standing: CertificateStanding, case: Case, rule: Rule) -> Iterator[Violation]:
    prints = frozenset(text.lower() for text in rule.settings["fingerprints"])
    above = standing.path.chain[1:]
    if case.cas is None and not prints:
        if rule.settings["named"]:
            yield rule.doubt("E_CA_NOT_ALLOWED", "no allowed CA is named")
        return
    named = () if case.cas is None else case.cas.certificates
    if not any(certificate in named or certificate.fingerprint in prints for certificate in above):
        detail = f"{standing.certificate.issuer} is not among the allowed CAs"
        yield rule.breach("E_CA_NOT_ALLOWED", detail)


def certificate_revocation(case: Case, rule: Rule) -> Iterator[Violation]:
    """No certificate of the path is revoked at the moment, and that is known."""
    for standing in case.standings:
        chain = standing.path.chain
        for certificate, state in zip(chain, standing.revocations, strict=False):
            if state.is_revoked_at(case.at):
                since = f" since {_day(state.revoked_at)}" if state.revoked_at else ""
                yield rule.breach("E_CERT_REVOKED", f"{certificate.subject} is revoked{since}")
            elif state.state == "unknown":
                detail = f"{certificate.subject}: {state.detail or state.reason}"
                yield rule.doubt("E_NO_REVOCATION_DATA", detail)
        if standing.path.reason == "no_trust_anchor" and not standing.revocations:
            detail = f"{standing.certificate.subject}: no issuer that could speak for it is known"
            yield rule.doubt("E_NO_REVOCATION_DATA", detail)


def maker_allowed(case: Case, rule: Rule) -> Iterator[Violation]:
    """The seal's maker is one of those allowed, and leads to a trusted anchor.

    Allowed are the ``makers`` that the caller names, themselves or through their CA; where none
    is named every trusted anchor is, unless ``named`` asks for a name.
    """
    code = "E_MAKER_UNTRUSTED"
    if case.maker is None:
        yield rule.doubt(code, "the maker's certificate cannot be judged")
        return
    path = case.maker.path
    if path.outcome != "passed":
        is_open = path.outcome == "indeterminate" and case.makers is None
        make = rule.doubt if is_open else rule.breach
        yield make(code, f"{case.maker.certificate.subject}: {path.detail}")
        return
    if case.makers is None:
        if rule.settings["named"]:
            yield rule.doubt(code, "no allowed maker is named")
        return
    if not any(certificate in case.makers for certificate in path.chain):
        detail = f"{case.maker.certificate.subject} is not among the allowed makers"
        yield rule.breach(code, detail)


def maker_apart(case: Case, rule: Rule) -> Iterator[Violation]:
    """Maker and signer are two: neither one certificate nor one key."""
    maker = case.facts.maker
    if maker is None:
        return
    for certificate in _certificates(case):
        # By the key itself: SubjectPublicKeyInfo spells one SM2 key in several ways.
        if certificate.public_key.is_same_key(maker.public_key):
            yield rule.breach("E_MAKER_IS_SIGNER", f"{certificate.subject} is maker and signer")
            return


def _certificates(case: Case) -> Iterator[Certificate]:
    return (standing.certificate for standing in case.standings)


def _day(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"
