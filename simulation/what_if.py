"""What a planned campaign would bring: a supervisor's question before the day begins."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulation.campaign_record import DayRecord
from simulation.measures import Measure, measure


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expected of the planned hours. `hours_needed` is for dialling everybody on the list once with these agents."""

    reached: Measure
    booked: Measure
    abandon_rate: Measure
    occupancy: Measure
    list_dialled_ratio: Measure
    hours_needed: Measure


def outlook(days: Sequence[DayRecord], contacts: int, booked_ratio: float) -> Outlook:
    """From simulated days of the plan, whose list has so many contacts; `booked_ratio` of those reached book."""
    reached = [float(day.connected) for day in days]
    return Outlook(
        reached=measure(reached),
        booked=measure([booked_ratio * each for each in reached]),
        abandon_rate=measure([day.abandon_rate for day in days]),
        occupancy=measure([day.figures()["occupancy"] for day in days]),
        list_dialled_ratio=measure([day.dialled / contacts for day in days]),
        hours_needed=measure([_hours_needed(day, contacts) for day in days]),
    )


def _hours_needed(day: DayRecord, contacts: int) -> float:
    """To the end of the list, or at the pace of this day."""
    if day.list_ended_at is not None:
        return day.list_ended_at / 3600.0
    return contacts / max(1, day.dialled) * day.scenario.hours
