"""How many people will still answer before a campaign's day is over: when its calling hours end, or its list does."""


def answers_to_come(
    per_second: float, seconds_left: float | None, answer_rate: float, contacts_left: int | None
) -> float | None:
    """About how many, with so many customers served a second, and every contact dialled once; None when neither end is known."""
    ends = []
    if seconds_left is not None:
        ends.append(per_second * seconds_left)
    if contacts_left is not None:
        ends.append(answer_rate * contacts_left)
    return min(ends, default=None)
