"""What a supervisor plans for a campaign, and what is simulated for it: the campaign's own list and figures stand for what is left out."""

from dataclasses import dataclass, replace

from app.control_errors import OutOfBounds
from dialer.campaign import Campaign
from simulation.learned import Learned, learned_booking, learned_scenario, with_callers
from simulation.scenario import load
from simulation.what_if import Plan

BOOKED_RATIO = 0.12
_SCENARIO, _WITH_CALLERS = "r1", "blended"


@dataclass(frozen=True, slots=True)
class Question:
    """What a supervisor plans. What is None is the campaign's own: its list, pacing and number of attempts, its bookings."""

    agents: int
    hours: float
    days: int
    contacts: int | None = None
    attempts: int | None = None
    rest_hours: float = 8.0
    target_ratio: float | None = None
    limit_ratio: float | None = None
    booked_ratio: float | None = None


def plan_of(campaign: Campaign, learned: Learned, question: Question) -> Plan:
    """The plan that is meant. Raises OutOfBounds when nothing is left of the list or the target is above the limit."""
    contacts = learned.contacts if question.contacts is None else question.contacts
    if contacts == 0:
        raise OutOfBounds({"contacts": "are all closed: give a number, or import a list first"})
    base = load(_SCENARIO)
    base = replace(
        base,
        title=campaign.campaign_id,
        agents=question.agents,
        hours=question.hours,
        warm_up_minutes=0.0,
        attempts=question.attempts or campaign.max_attempts or 1,
        rest_hours=question.rest_hours,
        ringing=replace(base.ringing, longest_seconds=campaign.ring_seconds),
        wrap_up=replace(base.wrap_up, mean=max(1.0, float(campaign.wrap_up_seconds))),
    )
    scenario = replace(learned_scenario(base, learned), contacts=contacts)
    pacing = campaign.pacing
    if pacing.blended and (usual := load(_WITH_CALLERS).inbound) is not None:
        scenario = with_callers(scenario, usual, learned)
    limit = pacing.limit_ratio if question.limit_ratio is None else question.limit_ratio
    target = min(pacing.target_ratio, limit) if question.target_ratio is None else question.target_ratio
    if target > limit:
        raise OutOfBounds({"target_ratio": f"is above the limit of {limit:g}: lower it"})
    booked = question.booked_ratio
    if booked is None:
        booked = learned_booking(BOOKED_RATIO, learned)
    return Plan(
        scenario,
        limit,
        target,
        booked,
        pacing.mode,
        pacing.ratio,
        pacing.max_over_dial,
        pacing.call_off_late,
    )
