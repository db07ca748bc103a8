"""The throw-away test hierarchy of ``govseal pki init``: two roots and whom they certify."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from govseal.pki.crl import Crl
from govseal.pki.materials import Materials
from govseal.pki.signer import SoftSigner
from govseal.pki.trust import TrustStore
from govseal.testing import x509
from govseal.testing.authority import Authority

UNIT_NAME: Final = "测试市行政审批服务管理局"
UNIT_CODE: Final = "11990000MB0000019F"
"""A unified social credit code with valid check characters; division 990000 does not exist."""
SEAL_CODE: Final = "99000000000001"
"""Fourteen digits: division and sequence (GB/T 33481 practice: CN of the certificate = esID)."""
PASSWORD: Final = "govseal"  # noqa: S105 - the published password of throw-away test keys

# RFC 3161, 2.3: the only purpose, and critical.
_TIME_STAMPS_ONLY: Final = x509.extended_key_usage_extension(("time_stamping",), is_critical=True)


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Roots that issue everybody directly: a stamp carries no intermediates."""

    signer_ca: Authority
    """测试证书 CA, which issues the signer and the time stamp authority."""
    maker_ca: Authority
    """测试制章 CA, which issues the seal maker."""
    maker: SoftSigner
    signer: SoftSigner
    tsa: SoftSigner
    """测试时间戳服务, certified by the signer's CA."""
    signer_crl: bytes
    """CRL of the CA of the signer and the time stamp authority, DER."""
    maker_crl: bytes
    """CRL of the maker's CA, DER."""
    signer_ocsp: bytes
    """OCSP response about the signer, DER, by a responder of the signer's CA."""

    @classmethod
    def create(
        cls, algorithm: str = "sm2", *, at: datetime, base_url: str | None = None
    ) -> Hierarchy:
        """A hierarchy of ``sm2`` or ``rsa`` keys, valid from a day before ``at``.

        The signer has the profile of government seal certificates: O is the credit code and the
        unit's name, CN the code of the seal. With ``base_url`` certificates say where their list
        and their responder are: ``BASE/ca.crl`` and ``BASE/ca-ocsp``, the maker's
        ``BASE/maker-ca.crl`` and ``BASE/maker-ca-ocsp``.

        Raises:
            SigningUnavailable: SM2, and the compiled core is not installed.
        """
        signer_ca = _authority("测试证书 CA", algorithm, at, base_url, "ca")
        maker_ca = _authority("测试制章 CA", algorithm, at, base_url, "maker-ca")
        signer = signer_ca.issue(SEAL_CODE, organization=UNIT_CODE + UNIT_NAME)
        return cls(
            signer_ca=signer_ca,
            maker_ca=maker_ca,
            maker=maker_ca.issue("测试电子印章制作系统", organization="测试市电子印章管理中心"),
            signer=signer,
            tsa=signer_ca.issue(
                "测试时间戳服务",
                organization="测试市时间戳服务中心",
                extensions=(_TIME_STAMPS_ONLY,),
            ),
            signer_crl=signer_ca.crl(),
            maker_crl=maker_ca.crl(),
            signer_ocsp=signer_ca.ocsp(
                signer.certificate,
                responder=signer_ca.create_responder(),
                next_update=at + timedelta(days=365),
            ),
        )

    @property
    def trust(self) -> TrustStore:
        """A store with both roots."""
        return TrustStore((self.signer_ca.certificate, self.maker_ca.certificate))

    @property
    def materials(self) -> Materials:
        """Both CRLs."""
        return Materials(crls=(Crl.from_der(self.signer_crl), Crl.from_der(self.maker_crl)))

    @property
    def roots_pem(self) -> bytes:
        """Both roots as PEM."""
        return self.signer_ca.certificate.to_pem() + self.maker_ca.certificate.to_pem()

    def write(self, directory: str | Path, password: str = PASSWORD) -> tuple[Path, ...]:
        """Write roots.pem, maker, signer and tsa as .p12 and .pem, both .crl, and signer.ocsp.

        The .p12 files carry the keys under ``password``, the .pem files only certificates.
        Existing files are replaced; the paths come back in this order.

        Raises:
            OSError: the directory cannot be made or written.
        """
        target = Path(directory)
        target.mkdir(parents=True, exist_ok=True)
        files = {
            "roots.pem": self.roots_pem,
            "maker.p12": self.maker.to_pkcs12(password),
            "maker.pem": self.maker.certificate.to_pem(),
            "signer.p12": self.signer.to_pkcs12(password),
            "signer.pem": self.signer.certificate.to_pem(),
            "tsa.p12": self.tsa.to_pkcs12(password),
            "tsa.pem": self.tsa.certificate.to_pem(),
            "ca.crl": self.signer_crl,
            "maker-ca.crl": self.maker_crl,
            "signer.ocsp": self.signer_ocsp,
        }
        for name, content in files.items():
            (target / name).write_bytes(content)
        return tuple(target / name for name in files)


def _authority(
    name: str, algorithm: str, at: datetime, base_url: str | None, place: str
) -> Authority:
    if base_url is None:
        return Authority.create(name, algorithm=algorithm, at=at)
    url = f"{base_url.rstrip('/')}/{place}"
    return Authority.create(
        name, algorithm=algorithm, at=at, crl_urls=[f"{url}.crl"], ocsp_urls=[f"{url}-ocsp"]
    )
