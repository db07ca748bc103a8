"""The use of seals: requests, approvals, the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Unpack

from govseal.formats.base import Protect
from govseal.registry.use import approvals, byhand, cards, desk, expiry, requests, tracing, waiting
from govseal.registry.use.approvals import Decision
from govseal.registry.use.form import UseDetails, UseForm, clean_text
from govseal.registry.use.hooks import Validator as Validator
from govseal.registry.use.records import (
    Approval,
    CheckedUse,
    DispatchCard,
    RefusedUse,
    Stamped,
    Trace,
    UseRequest,
)
from govseal.registry.use.statements import SignedStatement
from govseal.registry.vocabulary import Openness, RefusalReason, UseState
from govseal.registry.waiting import Waiting

if TYPE_CHECKING:
    from govseal.formats.places import Place
    from govseal.pki.signer import Signer, TimestampSource
    from govseal.pki.timestampterms import TimestampTerms
    from govseal.registry.acting import Acting


class Use:
    """The use of seals, as one person may ask for it, approve it, or do it."""

    def __init__(self, acting: Acting) -> None:
        self._acting = acting

    def request(
        self,
        *,
        seal: str,
        document: bytes,
        matter: str,
        reason: str,
        section: str,
        copies: int = 1,
        **details: Unpack[UseDetails],
    ) -> UseRequest:
        """File a request (用印审批单): its number is gapless, its steps are fixed from now on.

        An official document (``official_doc``) needs no approval but its dispatch card: it is
        approved when it is filed.

        Args:
            seal: id of the seal.
            document: the bytes to be stamped: OFD, PDF, or anything for a detached stamp. For a
                physical seal the file that the paper was printed from, or a scan of the paper:
                what the approvals are over.
            matter: 用印事项, where there is one its code.
            reason: 事由.
            section: 科室.
            copies: 份数.
            details: see :class:`govseal.registry.use.form.UseDetails`.

        Raises:
            Refused: ``E_EXCLUDED_…`` (nothing is kept), ``E_SEAL_TYPE``, ``E_SEAL_SCOPE``,
                ``E_BASIS_MISSING``, ``E_DIGEST_CHANGED``, ``E_NOT_DECIDED``, ``E_BENEFICIARY``,
                ``E_OPENNESS``, ``E_DATE_MISMATCH``, ``E_LEDGER_FIELD``, ``E_DUPLICATE``,
                ``E_APPROVER_LEVEL`` (the profile knows nobody who could approve it),
                ``E_NOT_AUTHORIZED``.
            Defective: ``E_DEFECTS``: all defects of its content.
            ValueError: a statement is not what it should be.
        """
        form = UseForm.fill(
            seal=seal,
            document=document,
            matter=matter,
            reason=reason,
            section=section,
            copies=copies,
            details=details,
        )
        return requests.file(self._acting, form)

    def get(self, request_id: str) -> UseRequest:
        """A request, for those whom it concerns.

        Raises:
            Refused: ``E_NOT_FOUND``, ``E_NOT_AUTHORIZED``.
        """
        return requests.get(self._acting, request_id)

    def waiting(self) -> tuple[Waiting, ...]:
        """What waits for the actor: to be approved, stamped, or collected; the oldest first."""
        return waiting.waiting(self._acting)

    def find(
        self,
        *,
        state: UseState | str | None = None,
        seal: str | None = None,
        before: str | None = None,
        limit: int = 100,
    ) -> tuple[UseRequest, ...]:
        """The newest requests that concern the actor: the own ones, those of seals looked after.

        Args:
            state: only those in this state.
            seal: only those for this seal.
            before: only those with a smaller number: the last one of the page before.
            limit: at most so many, up to 1000.
        """
        wanted = None if state is None else UseState(state)
        return requests.find(self._acting, wanted, seal, before, limit)

    def document(self, request_id: str) -> bytes:
        """The bytes that are to be stamped, for those whom the request concerns.

        Raises:
            Refused: ``E_NOT_FOUND``, ``E_NOT_AUTHORIZED``.
        """
        return requests.document(self._acting, request_id)

    def withdraw(self, request_id: str, reason: str = "") -> UseRequest:
        """Take a request back; its applicant alone does.

        Raises:
            StateError: it is stamped, or over.
            NotAuthorized: somebody else's.
        """
        return requests.withdraw(self._acting, request_id, clean_text("reason", reason))

    def register_card(
        self,
        *,
        number: str,
        kind: str,
        issuer: str,
        title: str,
        document: bytes,
        signed_off_by: str,
        signed_off_at: datetime,
        openness: Openness | str,
        openness_reason: str | None = None,
        meeting: str | None = None,
    ) -> DispatchCard:
        """Register the dispatch card (发文卡) of an official document; the office does.

        Args:
            number: its number.
            kind: ``party``, ``administration`` or ``office``: in whose name the document is.
            issuer: the unit's id.
            title: of the document.
            document: what was signed off: its digest is kept, not a byte of it.
            signed_off_by: the leader's id.
            signed_off_at: when.
            openness: 公开属性.
            openness_reason: why it is not open.
            meeting: where it was discussed or circulated (集体讨论或传批审定); Party documents.

        Raises:
            Refused: ``E_APPROVER_LEVEL``: not a leader who signs such off; ``E_BASIS_MISSING``: a
                Party document without its meeting; ``E_OPENNESS``; ``E_DUPLICATE``;
                ``E_EXCLUDED_CLASSIFIED``.
        """
        card = cards.Card(
            number=clean_text("number", number),
            kind=kind,
            issuer=issuer,
            title=clean_text("title", title),
            document=document,
            signed_off_by=signed_off_by,
            signed_off_at=signed_off_at,
            openness=Openness(openness),
            openness_reason=clean_text("openness_reason", openness_reason or "") or None,
            meeting=clean_text("meeting", meeting or "") or None,
        )
        return cards.register(self._acting, card)

    def statement(
        self,
        request_id: str,
        decision: str = "approved",
        *,
        opinion: str = "",
        departs: str | None = None,
    ) -> bytes:
        """What the actor would state with this decision: to be signed with a key elsewhere.

        It is good for fifteen minutes; see :class:`SignedStatement`.

        Raises:
            Refused: as :meth:`approve`.
        """
        return approvals.prepare(self._acting, request_id, Decision(decision, opinion, departs))

    def approve(
        self,
        request_id: str,
        statement: Signer | SignedStatement | None = None,
        opinion: str = "",
        *,
        departs: str | None = None,
    ) -> Approval:
        """Approve the step that is due, over the exact document, seal and matter.

        Args:
            request_id: the request.
            statement: the approver's own signer; or what was signed elsewhere over the bytes of
                :meth:`statement`; None for the lesser mode, a strong log-in, where the profile
                takes it. The ledger says which it was.
            opinion: kept within the unit.
            departs: why the rule is departed from (原则上), where the row of the matrix may be.

        Raises:
            StateError: the request does not wait for an approval.
            Refused: ``E_APPROVER_LEVEL``, ``E_SAME_PERSON``, ``E_SIGNATURE``,
                ``E_REASON_MISSING``.
        """
        decision = Decision("approved", opinion, departs, statement)
        return approvals.decide(self._acting, request_id, decision)

    def return_(
        self,
        request_id: str,
        opinion: str,
        *,
        statement: Signer | SignedStatement | None = None,
    ) -> Approval:
        """Give a request back to be filed anew; whoever could approve the due step may.

        Raises:
            StateError: the request does not wait for an approval.
            Refused: as :meth:`approve`.
        """
        decision = Decision("returned", opinion, statement=statement)
        return approvals.decide(self._acting, request_id, decision)

    def reject(
        self,
        request_id: str,
        opinion: str,
        *,
        statement: Signer | SignedStatement | None = None,
    ) -> Approval:
        """Reject a request; whoever could approve the due step may.

        Raises:
            StateError: the request does not wait for an approval.
            Refused: as :meth:`approve`.
        """
        decision = Decision("rejected", opinion, statement=statement)
        return approvals.decide(self._acting, request_id, decision)

    def check(self, request_id: str) -> CheckedUse:
        """Check all that :meth:`stamp` or :meth:`stamp_by_hand` checks, and say so: 查验.

        Raises:
            Refused: as :meth:`stamp`.
        """
        return desk.check(self._acting, request_id)

    def stamp(
        self,
        request_id: str,
        placement: Place | Sequence[Place] | None = None,
        *,
        protect: Protect | str = Protect.CONTINUE,
        detached: bool = False,
        timestamp: TimestampSource | TimestampTerms | None = None,
    ) -> Stamped:
        """用印: check everything, make the stamp, write the ledger, and hand the file out.

        All of it is one transaction, and the file leaves when that is committed. A time stamp is
        fetched within it: nobody else stamps meanwhile, so the authority must answer quickly.

        Args:
            request_id: the request.
            placement: where the stamp shows; see :func:`govseal.stamp`. ``()`` for nowhere; None
                for a detached stamp alone.
            protect: ``continue`` lets further stamps follow.
            detached: a stamp beside the file, over bytes of any kind.
            timestamp: who stamps the time, and on what terms.

        Raises:
            StateError: ``E_NOT_APPROVED``, ``E_APPROVAL_INCOMPLETE``, ``E_APPROVAL_LEVEL`` (of a
                correction), ``E_APPROVAL_EXPIRED``, ``E_STATE`` (stamped already, or over).
            Refused: ``E_SEAL_TYPE``: a physical seal; what
                :func:`govseal.registry.use.checks.check_all` refuses; ``E_LEDGER_FIELD``;
                the stamping floor's ``E_EXPIRED``, ``E_AGREEMENT_EXPIRED`` …
            StampError: the document cannot take the stamp.
            FormatError: the document cannot be read.
            RegistryError: ``secrets_missing``.
            ValueError: a place for a detached stamp, or none for another.
        """
        if (placement is None) is not detached:
            raise ValueError("placement: a detached stamp shows nowhere, others say where")
        terms = desk.Terms(placement or (), Protect(protect), detached, timestamp)
        return desk.stamp(self._acting, request_id, terms)

    def stamp_by_hand(
        self,
        request_id: str,
        *,
        copies: int,
        spoiled: int = 0,
        remark: str = "",
        at: datetime | None = None,
        scan: bytes | None = None,
    ) -> Stamped:
        """实物印章用印登记: a physical seal was applied to the paper; record it in the ledger.

        Everything is checked that :meth:`stamp` checks, as of the time of the stamp, but the
        state of the seal: one that is lost, suspended or out of use by now records nothing. The
        ledger says that a hand applied the seal, its medium, and how many copies; no key signs.
        What was approved and not stamped lapses; as many copies may be asked for anew.

        Args:
            request_id: the request; its document is the text of the paper, or a scan of it.
            copies: the sheets that were stamped and go out: 份数, never more than approved.
            spoiled: sheets beside these that were spoiled and are void: 作废.
            remark: of spoiled sheets, why, and what became of them; of others, what is to be said.
            at: when it was stamped; just now by default. It is recorded while the approvals hold.
            scan: the stamped paper, kept encrypted; the ledger has its digest. What stands in it
                is not compared with the document.

        Raises:
            StateError: as :meth:`stamp`.
            Refused: as :meth:`stamp`; ``E_SEAL_TYPE``: an electronic seal; ``E_COPIES``: none, or
                more than approved; ``E_REASON_MISSING``: spoiled sheets without a remark;
                ``E_EFFECTIVE_TIME``: in the future; ``E_NOT_APPROVED``: before it was approved;
                ``E_DUPLICATE``: the scan is the document itself, or another use's.
            RegistryError: ``secrets_missing``.
            ValueError: the statement is not what it should be.
        """
        done = byhand.HandStamp.of(copies=copies, spoiled=spoiled, remark=remark, at=at, scan=scan)
        return byhand.stamp_by_hand(self._acting, request_id, done)

    def collect(self, request_id: str) -> Stamped:
        """The stamped file once more: the same bytes, however often; the delivery is recorded.

        Of paper it is the scan, where there is one, and the handing over that is recorded.

        Raises:
            StateError: it is not stamped.
            Refused: ``E_NOT_AUTHORIZED``, ``E_NOT_FOUND``: it is in the archive.
        """
        return desk.collect(self._acting, request_id)

    def refuse(self, request_id: str, reason: RefusalReason | str, text: str) -> RefusedUse:
        """拒印: the custodian does not stamp, and says why; it is recorded and told.

        Args:
            request_id: the request.
            reason: ``incomplete``, ``out_of_scope`` or ``no_authority``.
            text: in words.

        Raises:
            StateError: it is stamped, or over.
            Refused: ``E_NOT_CUSTODIAN``, ``E_REASON_MISSING``.
        """
        words = clean_text("text", text)
        return desk.refuse(self._acting, request_id, RefusalReason(reason), words)

    def expire(self) -> int:
        """Let requests end whose approvals were not used in time; how many. To be run daily."""
        return expiry.expire(self._acting)

    def trace(self, id_: str) -> Trace:
        """Who asked, approved, held the seal and stamped, by the id of a request or a stamp.

        Raises:
            Refused: ``E_NOT_FOUND``, ``E_NOT_AUTHORIZED``.
        """
        return tracing.trace(self._acting, id_)
