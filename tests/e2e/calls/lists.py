"""Lists of people of whom something is known already, and a strict calling profile to call them by at any hour of the test."""

import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from app.storage.campaigns import create_campaign
from app.storage.contact_list import NewConsent, NewContact, add_contacts, load_hash_key
from app.storage.database import open_database
from calls.ids import CampaignId, DealerId
from calls.numbers import NumberKind
from customers.person import number_hash
from dialer.campaign import Campaign, CampaignKind, CampaignState, LegalBasis, PacingSettings
from tests.checker.law import Earlier, Known, Law
from tests.e2e.bed import DDI, DealerAsterisk
from tests.e2e.calls.floor import settings

PROFILE = "strict"
ELSEWHERE = "elsewhere"
_HERE = ZoneInfo("Europe/Amsterdam")
_MARGIN = timedelta(minutes=15)
_ALL_DAY = "00:00-24:00"
_STRETCHES = ("00:00-12:00", "06:00-18:00", "12:00-23:59", _ALL_DAY)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def strict_profile(folder: Path) -> tuple[str, Law]:
    """Write nl-consumer's rules, but for hours that are open now, into `folder`; what the dealers' file must say, and the law."""
    stretch = _stretch(datetime.now(_HERE))
    opens, closes = stretch.split("-")
    profiles = folder / "profiles"
    profiles.mkdir()
    lines = [
        'based_on = "nl-consumer"',
        'widened_by = "the tests, they run at any hour"',
        'holiday_country = ""',
        'early_stops = { "05-04" = "23:59:59", "12-05" = "23:59:59", "12-24" = "23:59:59" }',
        "[hours]",
        *(f'{day} = "{stretch}"' for day in _DAYS),
    ]
    (profiles / f"{PROFILE}.toml").write_text("\n".join(lines))
    law = Law(
        opens=time.fromisoformat(opens),
        closes=time.max if closes == "24:00" else time.fromisoformat(closes),
    )
    return f'calling_profiles = "{profiles}"\n', law


def _stretch(now: datetime) -> str:
    """Half a day that is open for a while yet; around midnight only a whole day is."""
    before, after = (now - _MARGIN).replace(tzinfo=None), (now + _MARGIN).replace(tzinfo=None)
    for stretch in _STRETCHES:
        opens, closes = stretch.split("-")
        fits = opens <= f"{before:%H:%M}" and f"{after:%H:%M}" < closes
        if fits and before.date() == after.date():
            return stretch
    return _ALL_DAY


def allowed(campaign: str, numbers: Sequence[str]) -> list[Known]:
    """People who may be called."""
    given = datetime.now(UTC).timestamp() - 86_400
    return [Known(campaign, number, f"person {number}", consented_at=given) for number in numbers]


def forbidden(campaign: str, first: str) -> list[Known]:
    """One person for each rule that forbids calling them now; their numbers begin with `first`, and the network would answer them.

    The last two are only on a list because somebody else's history is theirs: by the number, and by the person.
    """
    now = datetime.now(UTC).timestamp()
    yesterday, long_ago = now - 26 * 3600, now - 40 * 86_400

    def person(place: int, **known: object) -> Known:
        told = {"person": f"forbidden {first}{place}", "consented_at": long_ago} | known
        return Known(campaign, f"{first}{place:02d}", **told)  # type: ignore[arg-type]

    persons = [
        person(1, consented_at=None),
        person(2, consented_at=now + 86_400),
        person(3, objected_at=long_ago),
        person(4, objected_at=now - 60),
        person(5, wrong=True),
        person(6, dear=True),
        person(7, refused_at=now - 27 * 86_400),
        person(8, timezone="Europe/Atlantis"),
        person(10, earlier=(Earlier(ELSEWHERE, now),)),
        person(11, earlier=(Earlier(ELSEWHERE, now - 71 * 3600, abandoned=True),)),
        person(12, earlier=(Earlier(ELSEWHERE, yesterday, abandoned=True), Earlier(ELSEWHERE, long_ago))),
    ]
    # Around midnight the profile is open all day, and so is it at the other side of the world.
    if _stretch(datetime.now(_HERE)) != _ALL_DAY:
        persons.insert(8, person(9, timezone=_far_away(datetime.now(UTC))))
    return persons


def used_up(campaign: str, number: str) -> Known:
    """A person whom this campaign has called three times, on other days."""
    now = datetime.now(UTC).timestamp()
    earlier = tuple(Earlier(campaign, now - days * 86_400) for days in (8, 12, 20))
    return Known(campaign, number, f"used up {number}", consented_at=now - 40 * 86_400, earlier=earlier)


def _far_away(now: datetime) -> str:
    """A zone in which the clock stands twelve hours off."""
    hours = int(now.astimezone(_HERE).utcoffset().total_seconds() // 3600)  # type: ignore[union-attr]
    return f"Etc/GMT+{12 - hours}"


def a_campaign(name: str, pacing: PacingSettings, kind: CampaignKind = CampaignKind.APK) -> Campaign:
    """A running campaign that needs consents, by the strict profile."""
    return Campaign(
        campaign_id=CampaignId(name),
        dealer=DealerId("demo"),
        name=name,
        kind=kind,
        basis=LegalBasis.CONSENT,
        profile=PROFILE,
        shown_number=DDI,
        state=CampaignState.RUNNING,
        ring_seconds=15,
        wrap_up_seconds=1,
        pacing=pacing,
    )


async def store_list(
    asterisk: DealerAsterisk,
    folder: Path,
    campaign: Campaign,
    people: Sequence[Known],
    first: Sequence[Known],
) -> None:
    """Put a campaign with these people and all that is known of them into the database; `first` come first on the list."""
    database = open_database(settings(asterisk, folder).database_url)
    await database.migrate()
    key = await load_hash_key(database)
    await create_campaign(database, campaign)
    urgent = set(first)
    contacts = [
        NewContact(
            person_key=known.person,
            name="Mevrouw Proef",
            e164=known.number,
            number_hash=number_hash(key, known.number),
            number_kind=NumberKind.PREMIUM if known.dear else NumberKind.MOBILE,
            timezone=known.timezone,
            priority=1 if known in urgent else 5,
            consent=None
            if known.consented_at is None
            else NewConsent(_moment(known.consented_at), "formulier", "Ja, bel mij"),
        )
        for known in (*first, *people)
    ]
    await add_contacts(database, campaign, contacts, "test.csv", datetime.now(UTC))
    await database.close()
    with closing(sqlite3.connect(folder / "dealerlijn.db", timeout=10)) as connection, connection:
        for known in (*first, *people):
            _tell(connection, campaign, known)


def _tell(connection: sqlite3.Connection, campaign: Campaign, known: Known) -> None:
    contact_id, customer_id, hashed = connection.execute(
        "SELECT contact_id, customer_id, number_hash FROM contacts WHERE campaign_id = ? AND number = ?",
        (campaign.campaign_id, known.number),
    ).fetchone()
    whose = {"number_hash": hashed, "customer_id": customer_id}
    if known.objected_at is not None:
        # Said by the person on another line, so that only the person tells.
        _insert(
            connection, "objections", number_hash="", customer_id=customer_id, at=_text(known.objected_at)
        )
    if known.refused_at is not None:
        at = _text(known.refused_at)
        _insert(connection, "refusals", **whose, dealer=campaign.dealer, at=at, call_id=_id())
    if known.wrong:
        _insert(connection, "wrong_numbers", **whose, at=_text(datetime.now(UTC).timestamp()), call_id=_id())
    for call in known.earlier:
        at, call_id = _text(call.at), _id()
        _insert(
            connection,
            "attempts",
            **whose,
            call_id=call_id,
            leg_id=f"{call_id}-x00",
            node="n1",
            campaign_id=call.campaign,
            contact_id=contact_id,
            committed_at=at,
            ended_at=at,
            abandoned_at=at if call.abandoned else None,
            outcome="abandoned" if call.abandoned else "busy",
        )


def _insert(connection: sqlite3.Connection, table: str, **row: object) -> None:
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row.values()))


def _id() -> str:
    return f"n1{secrets.token_hex(13)}"


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _text(at: float) -> str:
    return _moment(at).strftime("%Y-%m-%d %H:%M:%S.%f")
