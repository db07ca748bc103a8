"""OCSP responses written field by field, so that tests can also write wrong ones (RFC 6960)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from govseal.asn1 import write
from govseal.pki import crl as lists
from govseal.pki import ocsp
from govseal.pki.algorithms import SHA1
from govseal.pki.pkcs8 import PrivateKey
from govseal.pki.signer import SoftSigner
from govseal.testing import x509

STATUSES: Final = {
    "successful": 0,
    "malformed_request": 1,
    "internal_error": 2,
    "try_later": 3,
    "signature_required": 5,
    "unauthorized": 6,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to be written (SingleResponse)."""

    id: ocsp.CertId
    this_update: datetime
    next_update: datetime | None = None
    state: str = "good"
    """``good``, ``revoked`` or ``unknown``."""
    revoked_at: datetime | None = None
    """When, where it is revoked; by default at ``this_update``."""
    reason: str | None = None
    """A name of ``crl.REASONS``."""
    extensions: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """The answer in DER."""
        status = {"good": write.element(0x80, b""), "unknown": write.element(0x82, b"")}
        extensions = write.sequence(*self.extensions) if self.extensions else b""
        end = b"" if self.next_update is None else write.generalized_time(self.next_update)
        return write.sequence(
            self.id.encode(),
            self._revoked() if self.state == "revoked" else status[self.state],
            write.generalized_time(self.this_update),
            write.explicit(0, end) if end else b"",
            write.explicit(1, extensions) if extensions else b"",
        )

    def _revoked(self) -> bytes:
        reason = b""
        if self.reason is not None:
            code = {name: number for number, name in lists.REASONS.items()}[self.reason]
            reason = write.explicit(0, write.element(0x0A, bytes([code])))
        date = write.generalized_time(self.revoked_at or self.this_update)
        return write.element(0xA1, date + reason)


def encode_refusal(status: str) -> bytes:
    """A response without answers: a name of ``STATUSES`` but ``successful``."""
    return write.sequence(write.element(0x0A, bytes([STATUSES[status]])))


def encode_response(
    signer: SoftSigner,
    answers: Iterable[Answer],
    *,
    produced_at: datetime,
    by_key: bool = False,
    nonce: bytes | None = None,
    extensions: Iterable[bytes] = (),
    certificates: Iterable[bytes] | None = None,
    key: PrivateKey | None = None,
) -> bytes:
    """A response in DER that ``signer`` made, its certificate inside.

    ``by_key`` names the responder by its key in place of its name; ``certificates`` are others to
    travel inside, in DER; ``key`` makes a forgery.
    """
    certificate = signer.certificate
    responder = write.explicit(1, certificate.subject_der)
    if by_key:
        digest = SHA1.digest(ocsp.key_octets(certificate.public_key))
        responder = write.explicit(2, write.octets(digest))
    rows = list(extensions)
    if nonce is not None:
        rows.append(x509.encode_extension(ocsp.NONCE, write.octets(nonce)))
    tbs = write.sequence(
        responder,
        write.generalized_time(produced_at),
        write.sequence(*(answer.encode() for answer in answers)),
        write.explicit(1, write.sequence(*rows)) if rows else b"",
    )
    inside = (certificate.der,) if certificates is None else tuple(certificates)
    algorithm = x509.algorithm_identifier(signer.algorithm)
    value = signer.sign(tbs) if key is None else key.sign(tbs)
    basic = write.sequence(
        tbs,
        algorithm,
        write.bits(value),
        write.explicit(0, write.sequence(*inside)) if inside else b"",
    )
    return encode_basic(basic)


def encode_basic(basic: bytes, kind: str = ocsp.BASIC) -> bytes:
    """A successful response around ``basic``."""
    body = write.sequence(write.oid(kind), write.octets(basic))
    return write.sequence(write.element(0x0A, b"\0"), write.explicit(0, body))
