"""What a report says, in the few words that tests compare."""

from __future__ import annotations

from govseal.verification.report import Outcome


def outcome(signature, name):
    """Outcome and reason of one check."""
    check = signature.check(name)
    return check.outcome.value, check.reason


def lowered(signature):
    """Name, outcome and reason of each check that is not passed or skipped."""
    return [
        (check.name, check.outcome.value, check.reason)
        for check in signature.checks
        if check.outcome in (Outcome.FAILED, Outcome.INDETERMINATE)
    ]


def at(world):
    """The moment around which a world is laid."""
    return world.pki.signer_ca.at
