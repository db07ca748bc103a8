"""A ledger with stamps that nobody made: rows of uses, and what a thief does to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

import bureaukit
from govseal.registry import Bureau, tables
from govseal.registry.canonical import canonical, read_canonical
from govseal.registry.ledger.append import Appended, NewEntry, append_entries, append_entry
from govseal.registry.ledger.merkle import chain_hash, completed, leaf_hash, node_hash
from govseal.registry.tables.fences import lower_fences, raise_fences

AT = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
SEAL = "seal-approval"
FIELDS = {
    "seal_name": "晋城市行政审批服务管理局行政审批专用章",
    "stamped_on": "2026-03-02",
    "matter": "建筑工程施工许可证核发",
    "reason": "办结",
    "section": "规划建设科",
    "copies": 2,
    "handler": "handler",
    "approvers": [{"name": "leader", "role": "supervising_leader", "at": "2026-03-02T01:00:00Z"}],
    "certificate_no": "140502202603020101",
    "document_no": "晋市审管建字〔2026〕1号",
    "category": "own",
    "document_type": "licence",
}


def note(connection: sa.Connection, number: int = 0, **values) -> Appended:
    """An entry that speaks of no stamp."""
    given = {"kind": "note", "at": AT, "seal": None, "use": None, "fields": {"n": number}}
    return append_entry(connection, **{**given, **values})


def notes(bureau: Bureau, count: int) -> None:
    """That many entries, written together."""
    with bureau.database.begin() as connection:
        append_entries(connection, [NewEntry("note", AT, {"n": n}) for n in range(count)])


def seal_row(connection: sa.Connection, id_: str = SEAL, **values) -> str:
    """A seal, as far as the ledger needs one."""
    connection.execute(
        tables.seals.insert().values(
            **{
                "id": id_,
                "name": FIELDS["seal_name"],
                "type": "business",
                "subtype": "admin_approval",
                "medium": "electronic",
                "owner_org": bureaukit.BUREAU,
                "using_org": bureaukit.BUREAU,
                "state": "active",
                "state_effective_at": AT,
                **values,
            }
        )
    )
    return id_


def use(connection: sa.Connection, number: int, *, seal: str = SEAL, **fields) -> tuple[int, int]:
    """A use with its stamp, its intent and its result: their numbers."""
    at = AT + timedelta(minutes=number)
    request = f"use-{number}"
    person = bureaukit.person("handler")
    connection.execute(
        tables.use_requests.insert().values(
            id=request,
            number=f"2026-{number}",
            state="stamped",
            seal=seal,
            basis="use_form",
            matter=FIELDS["matter"],
            item_class="own",
            reason="办结",
            section="规划建设科",
            copies=2,
            document_type="licence",
            document_sm3="0" * 64,
            document_sha256="0" * 64,
            facts={},
            applicant=person,
            organization=bureaukit.BUREAU,
            rule="",
            steps=[],
            requested_at=at,
        )
    )
    common = {"at": at, "seal": seal, "use": request}
    digest = f"{number:064x}"
    intent = append_entry(connection, kind="intent", fields={**FIELDS, **fields}, **common)
    result = append_entry(
        connection,
        kind="result",
        fields={"intent": intent.sequence, "stamped_sm3": digest},
        **common,
    )
    connection.execute(
        tables.stamps.insert().values(
            id=f"stamp-{number}",
            request=request,
            seal=seal,
            operator=bureaukit.person("custodian"),
            at=at,
            signature_id=f"sig-{number}",
            intent=intent.sequence,
            result=result.sequence,
            stamped_sm3=digest,
            stamped_sha256=digest,
        )
    )
    return intent.sequence, result.sequence


def fill(bureau: Bureau, uses: int = 5) -> None:
    """A seal and that many uses: twice as many entries."""
    with bureau.database.begin() as connection:
        seal_row(connection)
        seal_row(connection, "seal-other")
        for number in range(uses):
            use(connection, number)


class Thief:
    """Somebody who may do anything in the database, and has no key."""

    def __init__(self, bureau: Bureau) -> None:
        self.bureau = bureau

    def __call__(self, *statements: str) -> None:
        """Run statements where no trigger is in the way."""
        with self.bureau.database.begin() as connection:
            lower_fences(connection)
            for statement in statements:
                connection.exec_driver_sql(statement)
            raise_fences(connection)

    def say(self, sequence: int, **changes) -> None:
        """Let an entry say something else, and hash nothing again."""
        with self.bureau.database.begin() as connection:
            lower_fences(connection)
            self._say(connection, sequence, changes)
            raise_fences(connection)

    def _say(self, connection: sa.Connection, sequence: int, changes) -> None:
        table = tables.ledger_entries
        row = table.c.sequence == sequence
        old = connection.execute(sa.select(table.c.entry).where(row)).scalar_one()
        said = read_canonical(old, "entry")
        said["fields"] |= changes
        connection.execute(table.update().where(row).values(entry=canonical(said).decode()))

    def rewrite(self, sequence: int | None = None, *, nodes: bool = True, **changes) -> None:
        """Change an entry, and hash every leaf, the chain, the head and the tree again."""
        with self.bureau.database.begin() as connection:
            lower_fences(connection)
            if sequence is not None:
                self._say(connection, sequence, changes)
            self._rehash(connection, nodes=nodes)
            raise_fences(connection)

    @staticmethod
    def _rehash(connection: sa.Connection, *, nodes: bool) -> None:
        table = tables.ledger_entries
        rows = connection.execute(sa.select(table).order_by(table.c.sequence)).all()
        chain = bytes(32)
        tree: dict[tuple[int, int], bytes] = {}
        for number, row in enumerate(rows):
            leaf = leaf_hash(row.entry.encode())
            chain = chain_hash(chain, leaf)
            tree[0, number] = hash_ = leaf
            for place, left in completed(number):
                tree[place] = hash_ = node_hash(tree[left], hash_)
            new = {"leaf": leaf.hex(), "chain": chain.hex()}
            connection.execute(table.update().where(table.c.sequence == row.sequence).values(**new))
        if nodes:
            connection.execute(tables.ledger_nodes.delete())
            made = [
                {"level": level, "position": position, "hash": hash_.hex()}
                for (level, position), hash_ in tree.items()
                if level
            ]
            if made:
                connection.execute(tables.ledger_nodes.insert(), made)
        heads = tables.heads
        connection.execute(
            heads.update()
            .where(heads.c.name == "ledger")
            .values(sequence=len(rows), hash=chain.hex())
        )
