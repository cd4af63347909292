"""Going through a campaign's list by the dates of its cars: contacts appear when due and disappear when the date moves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from app.storage.campaigns import get_campaign
from app.storage.database import Database
from app.storage.due_lists import (
    Car,
    DatedContact,
    StoredContact,
    due_window,
    next_contacts,
    note_kept,
    store_dates,
)
from app.vehicles import look_up
from calls.ids import CampaignId, ContactId
from customers.ports import VehicleRegister
from customers.vehicle import UnreadableVehicle, Vehicle
from dialer.campaign import CampaignKind
from dialer.due import DueChange, DueWindow, day_at_home
from dialer.errors import NoDueWindow

_Answers = Mapping[str, Vehicle | UnreadableVehicle | None]


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """What going through a list came to. `unknown_plates` the register does not know, or they are not Dutch.

    Of `unreadable_cars` the register gave no answer that can be read: the date that was known of them stays.
    """

    appeared: int
    disappeared: int
    unchanged: int
    unknown_plates: tuple[str, ...]
    unreadable_cars: tuple[UnreadableVehicle, ...] = ()


async def refresh_list(
    database: Database,
    register: VehicleRegister,
    campaign_id: CampaignId,
    now: datetime,
    *,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _done: None,
) -> RefreshResult:
    """Go through a list once; `progress` hears how many contacts are done. A dry run changes no contact.

    Each contact is done whole or not at all: after a failure those before it are done and the rest are as they were.
    Contacts closed for another reason are not looked at. Raises UnknownCampaign, NoDueWindow, RegisterError,
    StoreUnavailable.
    """
    campaign = await get_campaign(database, campaign_id)
    window = await due_window(database, campaign_id)
    if window is None:
        raise NoDueWindow(campaign_id)
    today = day_at_home(now)
    # The register knows APK dates; the dates of other lists are their own.
    asks = campaign.kind is CampaignKind.APK
    changes: list[DueChange | None] = []
    unknown: list[str] = []
    unreadable: list[UnreadableVehicle] = []
    last = ContactId(0)
    while contacts := await next_contacts(database, campaign_id, last):
        plates = [car.plate for contact in contacts for car in contact.cars if asks and car.plate is not None]
        vehicles = await look_up(database, register, plates, now)
        dated = [_dated(contact, vehicles, window, today) for contact in contacts]
        if not dry_run:
            await store_dates(database, dated, today)
        changes += (each.change for each in dated)
        unknown += (plate for plate in plates if vehicles.get(plate) is None)
        unreadable += (car for plate in plates if isinstance(car := vehicles.get(plate), UnreadableVehicle))
        last = contacts[-1].contact_id
        progress(len(changes))
    if not dry_run:
        await note_kept(database, campaign_id, window, today)
    return RefreshResult(
        appeared=changes.count(DueChange.APPEARS),
        disappeared=changes.count(DueChange.DISAPPEARS),
        unchanged=changes.count(None),
        unknown_plates=tuple(unknown),
        unreadable_cars=tuple(unreadable),
    )


def _dated(contact: StoredContact, answers: _Answers, window: DueWindow, today: date) -> DatedContact:
    told = [answers.get(car.plate) if car.plate is not None else None for car in contact.cars]
    dates = tuple(map(_date, contact.cars, told))
    unanswered = [place for place, each in enumerate(told) if isinstance(each, UnreadableVehicle)]
    return DatedContact.by(contact, dates, window, today, unanswered)


def _date(car: Car, told: Vehicle | UnreadableVehicle | None) -> date | None:
    """The register's date; the one known before for a car of which the register tells none."""
    return (told.apk_expiry if isinstance(told, Vehicle) else None) or car.due_on
