"""The bureau: who may use a seal, who keeps it, and the ledger that proves it.

Needs the extra ``govseal[registry]``.
"""

from govseal.registry.bureau import Bureau as Bureau
