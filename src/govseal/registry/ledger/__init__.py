"""The ledger (台账): append-only, hashed, proven.

:mod:`govseal.registry.ledger.proofs` checks checkpoints and proofs without a database.
"""
