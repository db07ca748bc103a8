"""A key that is counted: it is used once for a signature, and never for nothing."""

from __future__ import annotations


class Counting:
    """A signer that keeps what its key has signed."""

    def __init__(self, signer):
        self.certificate, self.chain, self.algorithm = (
            signer.certificate,
            signer.chain,
            signer.algorithm,
        )
        self.signer, self.messages = signer, []

    def sign(self, message):
        self.messages.append(message)
        return self.signer.sign(message)
