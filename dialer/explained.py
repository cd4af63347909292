"""A pacing decision in words, for those who supervise a campaign."""

from dialer.campaign import DialMode
from dialer.decisions import MadeDecision
from dialer.pacing import PacingDecision, PacingSnapshot, Reason, winding_down

_PLAIN = {
    Reason.PREVIEW: "Agents see their next contact and have it dialled.",
    Reason.NO_AGENTS: "No agent of this campaign is at work with an open line.",
    Reason.LIST_EMPTY: "Nobody on the list may be called now.",
    Reason.WINDOW_CLOSED: "It is outside the calling hours (belvenster).",
    Reason.CLOCK_JUMPED: "The machine's clock was set to another time, or is behind what was told before, and is not believed.",
    Reason.TRUNK_REFUSES: "The trunk refused the last calls at once, whomever they were to: one is tried each half minute until it takes one.",
    Reason.TRUNK_UNREACHABLE: "The trunk does not answer, or we are not registered there.",
}


def explained(made: MadeDecision) -> tuple[str, ...]:
    """What there was, what was decided, and why, a sentence or two each."""
    words = (_situation(made.snapshot), _day(made), _decided(made.decision), _why(made), _late(made))
    return tuple(word for word in words if word)


def _situation(snapshot: PacingSnapshot) -> str:
    return (
        f"{_count(snapshot.agents, 'agent')} on open lines: {snapshot.free} free, {len(snapshot.talking)} in a talk, "
        f"{len(snapshot.wrapping_up)} in wrap-up. {_count(len(snapshot.ringing), 'phone rings', 'phones ring')}, "
        f"{_count(snapshot.waiting, 'customer waits', 'customers wait')} for an agent."
    )


def _day(made: MadeDecision) -> str:
    snapshot, settings = made.snapshot, made.settings
    answered = snapshot.connected + snapshot.abandoned
    share = f", {snapshot.abandoned / answered:.2%}" if answered else ""
    return (
        f"In the last 24 hours {_count(answered, 'person', 'people')} answered and {snapshot.abandoned} met no agent{share}; "
        f"the aim is {settings.target_ratio:.2%}, the limit {settings.limit_ratio:.2%}."
    )


def _decided(decision: PacingDecision) -> str:
    if not decision.calls_to_place:
        return "No call was placed."
    return f"{_count(decision.calls_to_place, 'call')} placed."


def _why(made: MadeDecision) -> str:
    decision, snapshot = made.decision, made.snapshot
    match decision.reason:
        case Reason.AGENTS_CERTAIN:
            return f"Each has a free agent of its own. {_no_further(made)}".strip()
        case Reason.LOOKAHEAD:
            return f"Agents will be free when they are answered: about {decision.answer_rate:.0%} of the calls are. {_chance(decision)}"
        case Reason.RATIO:
            return (
                f"{made.settings.ratio:g} calls are in the air for each free agent. Those that have no agent of their own are fewer "
                f"than may be abandoned. {_budget(decision)}"
            )
        case (
            Reason.PREVIEW
            | Reason.NO_AGENTS
            | Reason.LIST_EMPTY
            | Reason.WINDOW_CLOSED
            | Reason.CLOCK_JUMPED
            | Reason.TRUNK_REFUSES
            | Reason.TRUNK_UNREACHABLE
        ):
            return _PLAIN[decision.reason]
        case Reason.IN_BALANCE:
            free = "Every free agent has a call already." if snapshot.free else "No agent is free."
            return f"{free} {_no_further(made)}".strip()
        case Reason.BUDGET_SPENT:
            return (
                f"A further call could take the day over its limit. {_budget(decision)} {_end(made)}".strip()
            )
        case Reason.ESTIMATE_WEAK:
            return (
                f"Little is known of this list: only {_count(snapshot.forecast.counted, 'attempt was', 'attempts were')} counted. Until "
                "there are more each call gets an agent of its own."
            )
        case Reason.CAP:
            return (
                f"A cap stops it: the trunk has room for {max(0, snapshot.room)}, and at most {made.settings.max_over_dial} "
                "calls may be in the air beyond the free agents."
            )
        case Reason.WORKSHOP_FULL:
            taken = sum(min(day.taken, day.places) for day in made.coming)
            places = sum(day.places for day in made.coming)
            return f"The workshop (werkplaats) has {taken} of its {places} places of the coming days taken, so fewer agents count."


def _no_further(made: MadeDecision) -> str:
    """Why there was no look ahead, or what it found."""
    if made.settings.mode is DialMode.PROGRESSIVE:
        return "In this mode there is never more than one call for a free agent."
    if made.settings.mode is DialMode.POWER:
        return f"In this mode {made.settings.ratio:g} calls are in the air for each free agent. {_budget(made.decision)}"
    return _chance(made.decision) if made.decision.threshold else ""


def _chance(decision: PacingDecision) -> str:
    return (
        f"A further one would find no agent with a chance of {decision.shortage:.2%}, and it is placed while that is at most "
        f"{decision.threshold:.2%}. {_budget(decision)}"
    )


def _end(made: MadeDecision) -> str:
    to_come = made.snapshot.answers_to_come
    if to_come is None or not winding_down(made.snapshot, made.settings):
        return ""
    return (
        f"The day is nearly over, about {_count(round(to_come), 'more person', 'more people')} will answer: no more calls "
        "without an agent of their own than may be abandoned."
    )


def _late(made: MadeDecision) -> str:
    """Who is called off, or why somebody who has rung for long is not."""
    decision, snapshot = made.decision, made.snapshot
    if not decision.late_allowed:
        return ""
    if not decision.called_off:
        return (
            f"Whoever has been rung for {snapshot.least_ring_seconds} s rings on: an answer would meet no agent with a chance of "
            f"{decision.late_risk:.2%}, and {decision.late_allowed:.2%} is borne."
        )
    rung = min(snapshot.rung[place] for place in decision.called_off)
    return (
        f"{_count(len(decision.called_off), 'phone')} that had rung for {rung:.0f} s or longer "
        f"{'is' if len(decision.called_off) == 1 else 'are'} called off: an answer would have met no agent with a chance of "
        f"{decision.late_risk:.2%}, and {decision.late_allowed:.2%} is borne."
    )


def _budget(decision: PacingDecision) -> str:
    if decision.budget < 0:
        return f"The day is {_count(-decision.budget, 'call')} over the limit."
    return f"{_count(decision.budget, 'further call')} may be abandoned within the limit."


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
