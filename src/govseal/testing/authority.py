"""A certification authority to throw away: certificates, sub-CAs and CRLs on demand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from govseal.asn1 import write
from govseal.pki import crl as lists
from govseal.pki import extensions as ext
from govseal.pki.algorithms import DigestAlgorithm
from govseal.pki.certificate import Certificate
from govseal.pki.crl import Crl
from govseal.pki.ocsp import CertId, common_digest
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.signer import SoftSigner
from govseal.testing import ocsp, x509

SIGNER_USAGE: Final = frozenset({"digital_signature", "non_repudiation"})
CA_USAGE: Final = frozenset({"key_cert_sign", "crl_sign"})

TemplateHook = Callable[[x509.CertificateTemplate], None]
"""Changes a template before it is signed: how tests make a certificate wrong."""


@dataclass(frozen=True, slots=True)
class Revoked:
    """One row of a CRL to be written; a bare serial number may stand for the certificate."""

    certificate: Certificate | int
    date: datetime
    reason: str | None = None
    """A name of ``crl.REASONS``."""
    invalidity_date: datetime | None = None

    def encode(self) -> bytes:
        """The entry in DER."""
        serial = self.certificate if isinstance(self.certificate, int) else self.certificate.serial
        rows = []
        if self.reason is not None:
            codes = {name: code for code, name in lists.REASONS.items()}
            if self.reason not in codes:
                raise ValueError(f"not a reason: {self.reason!r}")
            value = write.element(0x0A, bytes([codes[self.reason]]))
            rows.append(x509.encode_extension(lists.REASON_CODE, value))
        if self.invalidity_date is not None:
            value = write.generalized_time(self.invalidity_date)
            rows.append(x509.encode_extension(lists.INVALIDITY_DATE, value))
        extensions = write.sequence(*rows) if rows else b""
        return write.sequence(write.integer(serial), write.x509_time(self.date), extensions)


@dataclass(slots=True)
class Authority:
    """A CA whose key is in this process: for tests and demonstrations, never for real."""

    key: PrivateKey = field(repr=False)
    certificate: Certificate
    chain: tuple[Certificate, ...]
    """The CAs above, up to and without the root; empty for a root."""
    at: datetime
    """The moment around which validity periods are laid."""
    crl_urls: tuple[str, ...] = ()
    """Where issued certificates say their CRL is."""
    ocsp_urls: tuple[str, ...] = ()
    """Where issued certificates say their OCSP responder is."""
    crl_number: int = 0

    @classmethod
    def create(
        cls,
        name: str,
        *,
        algorithm: str = "sm2",
        at: datetime,
        organization: str = "测试证书管理中心",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        path_length: int | None = None,
        key: PrivateKey | None = None,
        modify: TemplateHook | None = None,
        crl_urls: Sequence[str] = (),
        ocsp_urls: Sequence[str] = (),
    ) -> Authority:
        """A self-signed root named ``name``, valid from a day before ``at`` for twenty years.

        Raises:
            SigningUnavailable: SM2, and the compiled core is not installed.
        """
        key = key or PrivateKey.generate(algorithm)
        subject = x509.encode_name((("C", "CN"), ("O", organization), ("CN", name)))
        template = _ca_template(subject, subject, key, path_length)
        template.not_before = not_before or _day(at, -1)
        template.not_after = not_after or _day(at, 20 * 365)
        _identify(template, issuer_spki=key.public_key.spki)
        if modify is not None:
            modify(template)
        return cls(key, template.sign(key), (), at, tuple(crl_urls), tuple(ocsp_urls))

    def create_authority(
        self,
        name: str,
        *,
        algorithm: str | None = None,
        organization: str = "测试证书管理中心",
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        path_length: int | None = None,
        key: PrivateKey | None = None,
        modify: TemplateHook | None = None,
    ) -> Authority:
        """A CA below this one, of the same kind of key unless told otherwise."""
        key = key or PrivateKey.generate(algorithm or self.key.public_key.kind)
        subject = x509.encode_name((("C", "CN"), ("O", organization), ("CN", name)))
        template = _ca_template(subject, self.certificate.subject_der, key, path_length)
        template.not_before = not_before or _day(self.at, -1)
        template.not_after = not_after or _day(self.at, 10 * 365)
        _identify(template, issuer_spki=self.key.public_key.spki)
        if modify is not None:
            modify(template)
        certificate = template.sign(self.key)
        return Authority(key, certificate, self._chain_below(), self.at)

    def issue(
        self,
        common_name: str,
        *,
        organization: str | None = "测试市行政审批服务管理局",
        subject: Iterable[tuple[str, str]] | None = None,
        algorithm: str | None = None,
        key_usage: Iterable[str] | None = SIGNER_USAGE,
        extended_key_usage: Iterable[str] = (),
        not_before: datetime | None = None,
        not_after: datetime | None = None,
        is_ca: bool = False,
        serial: int | None = None,
        extensions: Iterable[bytes] = (),
        key: PrivateKey | None = None,
        modify: TemplateHook | None = None,
    ) -> SoftSigner:
        """A signer with a certificate of this CA, valid from a day before ``at`` for a year.

        The subject is C=CN, O=``organization``, CN=``common_name``, or else the (label, text)
        pairs of ``subject``. ``key_usage=None`` leaves the extension out; ``extensions`` are
        further ones in DER; ``modify`` may change the template before it is signed.
        """
        key = key or PrivateKey.generate(algorithm or self.key.public_key.kind)
        if subject is None:
            unit = [] if organization is None else [("O", organization)]
            subject = (("C", "CN"), *unit, ("CN", common_name))
        template = x509.CertificateTemplate(
            x509.encode_name(subject),
            self.certificate.subject_der,
            key.public_key.spki,
            not_before or _day(self.at, -1),
            not_after or _day(self.at, 365),
        )
        template.extensions.append(x509.basic_constraints_extension(is_ca=is_ca))
        if key_usage is not None:
            template.extensions.append(x509.key_usage_extension(key_usage))
        purposes = tuple(extended_key_usage)
        if purposes:
            template.extensions.append(x509.extended_key_usage_extension(purposes))
        if self.crl_urls:
            template.extensions.append(x509.crl_urls_extension(self.crl_urls))
        if self.ocsp_urls:
            template.extensions.append(x509.ocsp_urls_extension(self.ocsp_urls))
        _identify(template, issuer_spki=self.key.public_key.spki)
        template.extensions.extend(extensions)
        if serial is not None:
            template.serial = serial
        if modify is not None:
            modify(template)
        return SoftSigner(key, template.sign(self.key), self._chain_below())

    def crl(
        self,
        revoked: Iterable[Revoked] = (),
        *,
        this_update: datetime | None = None,
        next_update: datetime | None = None,
        has_next_update: bool = True,
        extensions: Iterable[bytes] = (),
        issuer_der: bytes | None = None,
        key: PrivateKey | None = None,
    ) -> bytes:
        """A CRL in DER: issued at ``at`` and good for a year unless told otherwise.

        ``key`` and ``issuer_der`` make forgeries: another signer, another name.
        """
        this_update = this_update or self.at
        next_update = next_update or _day(this_update, 365)
        self.crl_number += 1
        key = key or self.key
        algorithm = x509.algorithm_identifier(key.algorithm)
        rows = [row.encode() for row in revoked]
        number = x509.encode_extension(lists.CRL_NUMBER, write.integer(self.crl_number))
        tbs = write.sequence(
            write.integer(1),
            algorithm,
            issuer_der or self.certificate.subject_der,
            write.x509_time(this_update),
            write.x509_time(next_update) if has_next_update else b"",
            write.sequence(*rows) if rows else b"",
            write.explicit(0, write.sequence(number, *extensions)),
        )
        return x509.sign_structure(tbs, algorithm, key)

    def delta_crl(self, base: Crl, revoked: Iterable[Revoked] = (), **changes: Any) -> bytes:  # noqa: ANN401 - those of crl()
        """A delta CRL in DER: ``revoked`` changed since the list ``base``."""
        number = write.integer(base.number or 0)
        row = x509.encode_extension(lists.DELTA_CRL_INDICATOR, number, is_critical=True)
        extensions = (row, *changes.pop("extensions", ()))
        return self.crl(revoked, extensions=extensions, **changes)

    def create_responder(
        self,
        name: str = "测试 OCSP 服务",
        *,
        has_no_check: bool = True,
        **changes: Any,  # noqa: ANN401 - those of issue()
    ) -> SoftSigner:
        """A responder that answers for this CA (RFC 6960, 4.2.2.2)."""
        extensions = list(changes.pop("extensions", ()))
        if has_no_check:
            extensions.append(x509.encode_extension(ext.OCSP_NO_CHECK, write.null()))
        purposes = changes.pop("extended_key_usage", ("ocsp_signing",))
        return self.issue(name, extended_key_usage=purposes, extensions=extensions, **changes)

    def ocsp(
        self,
        certificate: Certificate,
        *,
        state: str = "good",
        revoked_at: datetime | None = None,
        reason: str | None = None,
        this_update: datetime | None = None,
        next_update: datetime | None = None,
        has_next_update: bool = True,
        algorithm: DigestAlgorithm | None = None,
        extensions: Iterable[bytes] = (),
        responder: SoftSigner | None = None,
        produced_at: datetime | None = None,
        **changes: Any,  # noqa: ANN401 - those of encode_response()
    ) -> bytes:
        """An OCSP response in DER about ``certificate``: made at ``at``, good for a week.

        ``responder`` makes it in place of the CA itself; ``algorithm`` is that of the CertID;
        ``extensions`` are those of the one answer.
        """
        issuer = self.certificate
        this_update = this_update or self.at
        end = next_update or _day(this_update, 7) if has_next_update else None
        answer = ocsp.Answer(
            CertId.of(certificate, issuer, algorithm or common_digest(issuer)),
            this_update,
            end,
            state,
            revoked_at,
            reason,
            tuple(extensions),
        )
        signer = responder or SoftSigner(self.key, issuer)
        return ocsp.encode_response(
            signer, (answer,), produced_at=produced_at or this_update, **changes
        )

    def _chain_below(self) -> tuple[Certificate, ...]:
        """The chain of what this CA issues: itself unless it is a root, and what is above."""
        return () if self.certificate.is_self_issued else (self.certificate, *self.chain)


def _day(moment: datetime, days: int) -> datetime:
    return (moment + timedelta(days=days)).astimezone(UTC)


def _ca_template(
    subject: bytes, issuer: bytes, key: PrivateKey, path_length: int | None
) -> x509.CertificateTemplate:
    epoch = datetime(2000, 1, 1, tzinfo=UTC)
    template = x509.CertificateTemplate(subject, issuer, key.public_key.spki, epoch, epoch)
    template.extensions.append(
        x509.basic_constraints_extension(is_ca=True, path_length=path_length)
    )
    template.extensions.append(x509.key_usage_extension(CA_USAGE))
    return template


def _identify(template: x509.CertificateTemplate, *, issuer_spki: bytes) -> None:
    """Adds the two key identifiers (RFC 5280, 4.2.1.1 and 4.2.1.2)."""
    authority = write.sequence(write.element(0x80, x509.key_id(issuer_spki)))
    own = write.octets(x509.key_id(template.spki))
    template.extensions.append(x509.encode_extension(ext.AUTHORITY_KEY_IDENTIFIER, authority))
    template.extensions.append(x509.encode_extension(ext.SUBJECT_KEY_IDENTIFIER, own))
