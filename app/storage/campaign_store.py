"""The dialler's store: `dialer.ports.CampaignStore` on the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import campaigns, tables
from app.storage.called_off import store_called_off
from app.storage.commitments import Commitment
from app.storage.database import Database
from app.storage.epochs import check_epoch
from app.storage.objections import store_objection
from app.storage.wrap_ups import read_wrap_ups
from calls.facts import AttemptCalledOff
from calls.ids import AgentId, CallId, CampaignId, ContactId, NodeId
from calls.words import AttemptOutcome, HangupCause
from dialer.answering import Choice
from dialer.breaker import AT_ONCE_SECONDS, OF_THE_TRUNK
from dialer.campaign import (
    AbandonWindow,
    Campaign,
    CommittedAttempt,
    RefusedContact,
    ResolvedAttempt,
    Traits,
)
from dialer.profiles import Profiles
from dialer.zones import zone_named

_CONTACTS_COUNTED = 1000


class SqlCampaignStore:
    """The store of one controller: it commits attempts for `node` under its `epoch`."""

    def __init__(self, database: Database, node: NodeId, epoch: int, profiles: Profiles) -> None:
        self._database = database
        self._node = node
        self._epoch = epoch
        self._profiles = profiles

    async def campaigns(self) -> list[Campaign]:
        """Return every campaign, whatever its state."""
        return await campaigns.all_campaigns(self._database)

    async def commit_attempts(
        self,
        campaign: Campaign,
        call_ids: Sequence[CallId],
        now: datetime,
        reason: str,
        dates_first: Sequence[date] = (),
        choice: Choice | None = None,
        languages: Mapping[str, int] = MappingProxyType({}),
    ) -> list[CommittedAttempt | RefusedContact]:
        """Commit attempts as the port says; nothing for a campaign that is not running by now.

        Raises StaleEpoch when another controller is in charge, UnknownProfile when the campaign names no profile.
        """
        profile = self._profiles.named(campaign.profile)

        async def work(connection: AsyncConnection) -> list[CommittedAttempt | RefusedContact]:
            await check_epoch(connection, self._node, self._epoch)
            commitment = Commitment(
                self._database,
                connection,
                campaign,
                profile,
                self._node,
                self._epoch,
                now,
            )
            return await commitment.commit(call_ids, reason, dates_first, choice, languages)

        return await self._database.write_at_once(work)

    async def resolved_attempts(self, campaign_id: CampaignId, latest: int) -> list[ResolvedAttempt]:
        """Return the latest attempts of which it is known whether they were answered, the last one first."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(_RESOLVED, {"campaign": campaign_id, "count": latest})).all()
            talked = [row.call_id for row in rows if row.talk_seconds is not None]
            wrap_ups = await read_wrap_ups(connection, talked)
        return [_resolved(row, wrap_ups.get(row.call_id)) for row in rows]

    async def open_among(self, call_ids: Collection[CallId]) -> dict[CallId, ContactId]:
        """Of these attempts those that are committed and have not ended, with their contacts."""
        attempts = tables.attempts
        query = select(attempts.c.call_id, attempts.c.contact_id).where(
            attempts.c.call_id.in_(call_ids), tables.ATTEMPT_OPEN
        )
        async with self._database.reading() as connection:
            return {row.call_id: row.contact_id for row in await connection.execute(query)}

    async def abandon_window(self, campaign_id: CampaignId, since: datetime) -> AbandonWindow:
        """Count the attempts that were connected and those that were abandoned from `since` on, and the contacts that are ready.

        One that was hung up on as on a machine met no person, or one who was abandoned: it is not connected.
        """
        attempts = tables.attempts
        ours = select(func.count()).where(attempts.c.campaign_id == campaign_id)
        person = attempts.c.outcome.is_distinct_from(AttemptOutcome.MACHINE)
        counts = select(
            ours.where(attempts.c.connected_at >= since, person).scalar_subquery(),
            ours.where(attempts.c.abandoned_at >= since).scalar_subquery(),
            _ready(campaign_id),
        )
        async with self._database.reading() as connection:
            connected, abandoned, ready = (await connection.execute(counts)).one()
        return AbandonWindow(
            campaign_id, since, connected, abandoned, ready if ready <= _CONTACTS_COUNTED else None
        )

    async def stored_as_abandoned(self, call_ids: Collection[CallId]) -> set[CallId]:
        """Of these attempts those that are stored as abandoned."""
        attempts = tables.attempts
        query = select(attempts.c.call_id).where(
            attempts.c.call_id.in_(call_ids), attempts.c.abandoned_at.is_not(None)
        )
        async with self._database.reading() as connection:
            return set((await connection.execute(query)).scalars())

    async def call_off(self, wanted: Sequence[AttemptCalledOff]) -> list[AttemptCalledOff]:
        """Store as the port says. Raises StaleEpoch when another controller is in charge."""

        async def work(connection: AsyncConnection) -> list[AttemptCalledOff]:
            await check_epoch(connection, self._node, self._epoch)
            return await store_called_off(self._database, connection, self._node, self._epoch, wanted)

        return await self._database.write_at_once(work)

    async def record_objection(
        self, call_id: CallId, contact_id: ContactId, agent_id: AgentId | None, now: datetime
    ) -> None:
        """Store that this person does not want to be called, for ever: any attempt committed later is refused."""
        async with self._database.writing() as connection:
            await store_objection(connection, call_id, contact_id, agent_id, now)


def _ready(campaign_id: CampaignId) -> ScalarSelect[int]:
    """How many contacts of a campaign are ready, counted no further than just above `_CONTACTS_COUNTED`."""
    contacts = tables.contacts
    some = (
        select(contacts.c.contact_id)
        .where(contacts.c.campaign_id == campaign_id, tables.CONTACT_READY)
        .limit(_CONTACTS_COUNTED + 1)
    )
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def _resolved(row: Row[Any], wrap_up_seconds: float | None) -> ResolvedAttempt:
    zone = zone_named(row.timezone)
    local = row.committed_at if zone is None else row.committed_at.astimezone(zone)
    traits = Traits(
        row.number_kind, local.weekday(), local.hour, row.answered_before, row.before - row.answered_before
    )
    return ResolvedAttempt(
        row.committed_at,
        row.ring_seconds,
        row.answered,
        row.talk_seconds,
        traits,
        wrap_up_seconds,
        called_off=not row.answered and row.cause == HangupCause.CALLED_OFF,
    )


def _known(attempts: FromClause) -> ColumnElement[bool]:
    """Whether it is known that an attempt was answered, or was not: the trunk's refusals are neither (`dialer.breaker.reached_nobody`)."""
    in_doubt = attempts.c.outcome == AttemptOutcome.IN_DOUBT
    refused = and_(
        attempts.c.outcome == AttemptOutcome.FAILED,
        attempts.c.cause.in_(OF_THE_TRUNK),
        attempts.c.ring_seconds < AT_ONCE_SECONDS,
    )
    return and_(
        attempts.c.ring_seconds.is_not(None),
        or_(attempts.c.outcome.is_(None), and_(~in_doubt, ~refused)),
    )


def _earlier(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many attempts before this one, to its number or its person, meet the conditions."""
    this = tables.attempts
    same = or_(_BEFORE.c.number_hash == this.c.number_hash, _BEFORE.c.customer_id == this.c.customer_id)
    return (
        select(func.count())
        .select_from(_BEFORE)
        .where(same, _BEFORE.c.committed_at < this.c.committed_at, _known(_BEFORE), *conditions)
        .correlate(this)
        .scalar_subquery()
    )


_BEFORE = tables.attempts.alias("before")
_RESOLVED = (
    select(
        tables.attempts.c.call_id,
        tables.attempts.c.committed_at,
        tables.attempts.c.ring_seconds,
        tables.attempts.c.cause,
        tables.attempts.c.answered_at.is_not(None).label("answered"),
        case((tables.attempts.c.outcome == AttemptOutcome.CONNECTED, tables.attempts.c.talk_seconds)).label(
            "talk_seconds"
        ),
        tables.contacts.c.number_kind,
        tables.contacts.c.timezone,
        _earlier().label("before"),
        _earlier(_BEFORE.c.answered_at.is_not(None)).label("answered_before"),
    )
    .join(tables.contacts, tables.contacts.c.contact_id == tables.attempts.c.contact_id)
    .where(tables.attempts.c.campaign_id == bindparam("campaign"), _known(tables.attempts))
    .order_by(tables.attempts.c.committed_at.desc())
    .limit(bindparam("count"))
)
