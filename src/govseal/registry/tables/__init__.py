"""The tables of the registry, by room; the only place that says what a row holds."""

from govseal.registry.tables.around import audit_events as audit_events
from govseal.registry.tables.around import counters as counters
from govseal.registry.tables.around import heads as heads
from govseal.registry.tables.around import outbox as outbox
from govseal.registry.tables.around import settings as settings
from govseal.registry.tables.bodies import departments as departments
from govseal.registry.tables.bodies import organization_names as organization_names
from govseal.registry.tables.bodies import organizations as organizations
from govseal.registry.tables.bodies import people as people
from govseal.registry.tables.bodies import person_certificates as person_certificates
from govseal.registry.tables.bodies import role_assignments as role_assignments
from govseal.registry.tables.bodies import substitutions as substitutions
from govseal.registry.tables.ledger import checkpoints as checkpoints
from govseal.registry.tables.ledger import ledger_entries as ledger_entries
from govseal.registry.tables.ledger import ledger_nodes as ledger_nodes
from govseal.registry.tables.seals import custody as custody
from govseal.registry.tables.seals import seal_states as seal_states
from govseal.registry.tables.seals import seals as seals
from govseal.registry.tables.use import approvals as approvals
from govseal.registry.tables.use import dispatch_cards as dispatch_cards
from govseal.registry.tables.use import stamps as stamps
from govseal.registry.tables.use import use_requests as use_requests
