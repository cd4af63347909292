"""What each figure means: the formulas of the glossary. A figure over nothing is None, never zero."""

MESSAGE_WITHIN_SECONDS = 2.0


def ratio(part: float, whole: float) -> float | None:
    """`part` of `whole`; None when there is no whole."""
    return part / whole if whole > 0 else None


def service_level(within_target: int, offered: int, short_abandoned: int) -> float | None:
    """Share of the offered calls connected within the target, short abandons left out.

    All three count calls that entered a queue; the target's seconds run from there.
    """
    return ratio(within_target, offered - short_abandoned)


def inbound_abandon_ratio(abandoned: int, short_abandoned: int, offered: int) -> float | None:
    """Share of the offered calls whose caller hung up in the queue; `abandoned` includes the short ones, both sides leave them out."""
    return ratio(abandoned - short_abandoned, offered - short_abandoned)


def outbound_abandon_ratio(connected: int, abandoned: int) -> float | None:
    """Share of a campaign's person-answered calls that met no agent in time."""
    return ratio(abandoned, connected + abandoned)


def is_late_message(after_answer_seconds: float) -> bool:
    """Whether an information message began later after the answer than it may, to the millisecond, as the database tells it."""
    return round(after_answer_seconds * 1000) > MESSAGE_WITHIN_SECONDS * 1000


def asa_seconds(wait_seconds: float, connected: int) -> float | None:
    """Average speed of answer: the connected calls' seconds in the queue over their number."""
    return ratio(wait_seconds, connected)


def aht_seconds(talk_seconds: float, hold_seconds: float, acw_seconds: float, handled: int) -> float | None:
    """Average handle time: talk, hold and after-call work over the number of calls handled."""
    return ratio(talk_seconds + hold_seconds + acw_seconds, handled)


def occupancy_ratio(handling_seconds: float, available_seconds: float) -> float | None:
    """Share of the agents' time that went into calls; pauses are in neither."""
    return ratio(handling_seconds, handling_seconds + available_seconds)


def utilisation_ratio(handling_seconds: float, logged_in_seconds: float) -> float | None:
    """Share of the agents' logged-in time that went into calls, pauses included."""
    return ratio(handling_seconds, logged_in_seconds)
