"""Committing attempts: choosing contacts in list order, asking the rules once more, storing the intent to dial."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.agreed_rank import USUAL_RANK
from app.storage.database import Database
from app.storage.histories import Candidate, next_candidates, ready_candidate
from app.storage.journal import fact_row
from calls.facts import AttemptCommitted
from calls.ids import NODE_LENGTH, CallId, ContactId, NodeId, attempt_leg
from dialer.answering import CANDIDATES, Choice, choose, traits_of
from dialer.campaign import Campaign, CommittedAttempt, RefusedContact
from dialer.eligibility import Refusal, Rule, refusal
from dialer.list_order import WAITING
from dialer.profiles import CallingProfile

_ROUNDS = 4
_SPARE_CANDIDATES = 10
_WOKEN_AT_ONCE = 1000
_MOVED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Commitment:
    """One transaction's choice of contacts for a campaign, at `now`, under an epoch that the caller has checked."""

    database: Database
    connection: AsyncConnection
    campaign: Campaign
    profile: CallingProfile
    node: NodeId
    epoch: int
    now: datetime

    async def commit(
        self,
        call_ids: Sequence[CallId],
        reason: str,
        dates_first: Sequence[date] = (),
        choice: Choice | None = None,
        languages: Mapping[str, int] = MappingProxyType({}),
    ) -> list[CommittedAttempt | RefusedContact]:
        """Commit up to `len(call_ids)` attempts, in list order with `dates_first` before other dates; nothing once the campaign is stopped.

        With a `choice` it is made among the next `CANDIDATES` that are equally urgent.

        The work is bounded: when very many contacts in a row are refused, the rest of the list is for the next time.
        """
        await self._bring_list_up()
        answer: list[CommittedAttempt | RefusedContact] = []
        free, speakers = list(call_ids), Counter(languages)
        for _ in range(_ROUNDS):
            wanted = len(free) + (_SPARE_CANDIDATES if choice is None else CANDIDATES)
            candidates = await next_candidates(
                self.connection, self.campaign.campaign_id, wanted, dates_first, sorted(+speakers)
            )
            if not candidates:
                break
            chosen, refused = self._judge(candidates, len(free), choice, speakers)
            if choice is not None:
                choice = replace(choice, certain=max(0, choice.certain - len(chosen)))
            committed = await self._store(chosen, free)
            refused.update({c.contact_id: self._held() for c in chosen if c.contact_id not in committed})
            await self._set_aside(refused)
            await self._launch(list(committed.values()), reason)
            answer += committed.values()
            answer += [RefusedContact(self.campaign.campaign_id, key, refused[key].rule) for key in refused]
            free = free[len(chosen) :]
            if not free:
                break
        return answer

    async def first(
        self, dates_first: Sequence[date] = (), languages: Collection[str] = ()
    ) -> tuple[Candidate | None, list[RefusedContact]]:
        """The first contact that may be dialled now, locked, and those before it that may not.

        One whose language was noted is passed over, unless it is one of `languages`.
        """
        await self._bring_list_up()
        answer: list[RefusedContact] = []
        for _ in range(_ROUNDS):
            candidates = await next_candidates(
                self.connection,
                self.campaign.campaign_id,
                _SPARE_CANDIDATES,
                dates_first,
                sorted(languages),
            )
            if not candidates:
                break
            chosen, refused = self._judge(candidates, 1, None, Counter(languages))
            await self._set_aside(refused)
            answer += [RefusedContact(self.campaign.campaign_id, key, no.rule) for key, no in refused.items()]
            if chosen:
                return chosen[0], answer
        return None, answer

    async def commit_one(
        self, contact_id: ContactId, call_id: CallId, reason: str
    ) -> CommittedAttempt | RefusedContact:
        """Commit an attempt to this contact, or say by which rule it may not be dialled now."""
        candidate = await ready_candidate(self.connection, contact_id)
        if candidate is None:
            return RefusedContact(self.campaign.campaign_id, contact_id, Rule.CLOSED)
        no = refusal(candidate.history, self.campaign, self.profile, self.now)
        if no is None:
            stored = await self._store([candidate], [call_id])
            if contact_id in stored:
                await self._launch([*stored.values()], reason)
                return stored[contact_id]
            no = self._held()
        await self._set_aside({contact_id: no})
        return RefusedContact(self.campaign.campaign_id, contact_id, no.rule)

    async def _bring_list_up(self) -> None:
        """Let contacts back onto the list whose rest is over, and forward who has waited too long."""
        await self.connection.execute(
            _WAKE, {"campaign": self.campaign.campaign_id, "now": self.now, "count": _WOKEN_AT_ONCE}
        )
        await self.connection.execute(
            _MOVE_FORWARD,
            {"campaign": self.campaign.campaign_id, "today": self.now.date(), "count": _MOVED_AT_ONCE},
        )

    def _held(self) -> Refusal:
        """The contact, its number or its person has an open attempt somewhere else by now."""
        return Refusal(Rule.OPEN_ATTEMPT, self.now + timedelta(seconds=self.profile.min_ring_seconds))

    def _judge(
        self, candidates: Sequence[Candidate], wanted: int, choice: Choice | None, speakers: Counter[str]
    ) -> tuple[list[Candidate], dict[ContactId, Refusal]]:
        """Who may be dialled, `wanted` at most, in the order of dialling, and those met who may not."""
        allowed: list[Candidate] = []
        refused: dict[ContactId, Refusal] = {}
        for candidate in candidates:
            if choice is None and len(allowed) == wanted:
                break
            no = refusal(candidate.history, self.campaign, self.profile, self.now)
            language = candidate.language
            if no is None and (language is None or speakers[language] > 0):
                allowed.append(candidate)
                if language is not None:
                    speakers[language] -= 1
            elif no is None:
                continue  # nobody is left who speaks it: the next look leaves such contacts out
            else:
                refused[candidate.contact_id] = no
        if choice is None:
            return allowed, refused
        chosen = self._chosen(allowed, wanted, choice)
        speakers.update(each.language for each in allowed if each.language is not None and each not in chosen)
        return chosen, refused

    def _chosen(self, allowed: Sequence[Candidate], wanted: int, choice: Choice) -> list[Candidate]:
        """The choice among equals, the more urgent first."""
        chosen: list[Candidate] = []
        for equals, group in groupby(allowed, key=attrgetter("equals")):
            them = list(group)
            left = wanted - len(chosen)
            if equals is None:
                chosen += them[:left]
                continue
            chances = [choice.chance(traits_of(each.history, self.now)) for each in them]
            chosen += [them[at] for at in choose(chances, max(0, choice.certain - len(chosen)), left)]
        return chosen

    async def _store(
        self, chosen: Sequence[Candidate], free: Sequence[CallId]
    ) -> dict[ContactId, CommittedAttempt]:
        """Store the attempts, save those whose contact, number or person has one open somewhere else by now."""
        if not chosen:
            return {}
        by_call = dict(zip(free, chosen, strict=False))
        rows = [
            {
                "call_id": call_id,
                "leg_id": attempt_leg(call_id),
                "node": call_id[:NODE_LENGTH],
                "campaign_id": self.campaign.campaign_id,
                "contact_id": candidate.contact_id,
                "customer_id": candidate.customer_id,
                "number_hash": candidate.number_hash,
                "committed_at": self.now,
            }
            for call_id, candidate in by_call.items()
        ]
        statement = (
            self.database.insert(tables.attempts)
            .on_conflict_do_nothing()
            .returning(tables.attempts.c.call_id)
        )
        stored = set((await self.connection.execute(statement, rows)).scalars())
        return {
            candidate.contact_id: CommittedAttempt(
                call_id=call_id,
                leg_id=attempt_leg(call_id),
                campaign_id=self.campaign.campaign_id,
                contact_id=candidate.contact_id,
                number=candidate.history.number,
                display_name=candidate.display_name,
                traits=traits_of(candidate.history, self.now),
                language=candidate.language,
            )
            for call_id, candidate in by_call.items()
            if call_id in stored
        }

    async def _set_aside(self, refused: dict[ContactId, Refusal]) -> None:
        resting = [
            {"key": key, "until": no.not_before} for key, no in refused.items() if no.not_before is not None
        ]
        closed = [{"key": key, "rule": no.rule} for key, no in refused.items() if no.not_before is None]
        if resting:
            await self.connection.execute(_REST, resting)
        if closed:
            await self.connection.execute(_CLOSE, closed)

    async def _launch(self, committed: Sequence[CommittedAttempt], reason: str) -> None:
        if not committed:
            return
        facts = [
            AttemptCommitted(
                at=self.now,
                call_id=attempt.call_id,
                leg_id=attempt.leg_id,
                campaign_id=attempt.campaign_id,
                dealer=self.campaign.dealer,
                contact_id=attempt.contact_id,
                reason=reason,
            )
            for attempt in committed
        ]
        await self.connection.execute(_LAUNCH, [{"key": attempt.contact_id} for attempt in committed])
        await self.connection.execute(
            self.database.insert(tables.facts), [fact_row(fact, self.node, self.epoch) for fact in facts]
        )


_WAKE = (
    update(tables.contacts)
    .where(
        tables.contacts.c.contact_id.in_(
            select(tables.contacts.c.contact_id)
            .where(
                tables.contacts.c.campaign_id == bindparam("campaign"),
                tables.CONTACT_RESTING,
                tables.contacts.c.not_before <= bindparam("now"),
            )
            .order_by(tables.contacts.c.not_before)
            .limit(bindparam("count"))
            .with_for_update(skip_locked=True)
        )
    )
    .values(state="ready")
)
WAITED_TOO_LONG = (
    select(tables.contacts.c.contact_id)
    .where(
        tables.contacts.c.campaign_id == bindparam("campaign"),
        tables.CONTACT_WAITING,
        tables.contacts.c.first_from <= bindparam("today"),
    )
    .order_by(tables.contacts.c.first_from, tables.contacts.c.list_rank)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True)
)
_MOVE_FORWARD = (
    update(tables.contacts)
    .where(tables.contacts.c.contact_id.in_(WAITED_TOO_LONG))
    .values(list_rank=tables.contacts.c.list_rank - WAITING, first_from=None)
)
_CONTACT = update(tables.contacts).where(tables.contacts.c.contact_id == bindparam("key"))
_LAUNCH = _CONTACT.values(state="in_air", list_rank=USUAL_RANK)
_CLOSE = _CONTACT.values(state="closed", closed_reason=bindparam("rule"))
_REST = _CONTACT.values(state="resting", not_before=bindparam("until"))
