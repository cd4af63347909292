"""Every call against a rule is found on the wire; what the rules allow is none."""

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from tests.checker.law import Earlier, Known, Law, bans, unlawful
from tests.checker.recount import Seen

NOON = datetime(2026, 6, 1, 12, tzinfo=ZoneInfo("Europe/Amsterdam")).timestamp()
HOUR, DAY = 3600.0, 86_400.0
LAW = Law(opens=time(9), closes=time(18), closed_days=frozenset({date(2026, 6, 2)}))
KNOWN = Known("apk", "+311", "person 1", consented_at=NOON - DAY)
CALL = Seen("+311", NOON, ended_at=NOON + 1, status=486)


def earlier(*ago: float, campaign: str = "apk", abandoned: bool = False) -> tuple[Earlier, ...]:
    return tuple(Earlier(campaign, NOON - seconds, abandoned) for seconds in ago)


@pytest.mark.parametrize(
    ("known", "reasons"),
    [
        (KNOWN, []),
        (replace(KNOWN, consented_at=None), ["no consent"]),
        (replace(KNOWN, consented_at=NOON + 1), ["no consent"]),
        (replace(KNOWN, objected_at=NOON - 1), ["an objection"]),
        (replace(KNOWN, wrong=True), ["a wrong number"]),
        (replace(KNOWN, dear=True), ["a dear number"]),
        (replace(KNOWN, refused_at=NOON - 27 * DAY), ["a refusal lately"]),
        (replace(KNOWN, refused_at=NOON - 28 * DAY), []),
        (replace(KNOWN, earlier=earlier(8 * DAY, 9 * DAY, 10 * DAY)), ["no attempt left"]),
        (replace(KNOWN, earlier=earlier(8 * DAY, 9 * DAY, 10 * DAY, campaign="tyres")), []),
        (replace(KNOWN, earlier=earlier(71 * HOUR, campaign="tyres", abandoned=True)), ["abandoned lately"]),
        (replace(KNOWN, earlier=earlier(73 * HOUR, abandoned=True)), []),
        (replace(KNOWN, earlier=earlier(11 * HOUR, campaign="tyres")), ["called that day"]),
        (replace(KNOWN, earlier=earlier(13 * HOUR)), []),
        (replace(KNOWN, timezone="Asia/Tokyo"), ["outside hours"]),
        (replace(KNOWN, timezone="Europe/Atlantis"), ["outside hours"]),
    ],
)
def test_a_number_may_be_called_unless_a_rule_forbids_it(known: Known, reasons: list[str]) -> None:
    assert bans(known, LAW, NOON) == reasons


@pytest.mark.parametrize(
    ("hours", "open_"), [(-3.1, False), (-3, True), (5.9, True), (6, False), (24, False)]
)
def test_hours_and_closed_days_are_on_the_clock_of_the_person(hours: float, open_: bool) -> None:
    assert (bans(KNOWN, LAW, NOON + hours * HOUR) == []) is open_


def test_a_campaign_within_the_law_has_no_line() -> None:
    assert unlawful([CALL, replace(CALL, number="+312")], [KNOWN, _other("person 2")], LAW) == []


def test_a_person_who_is_called_twice_on_a_day_by_two_numbers_is_found() -> None:
    again = replace(CALL, number="+312", invited_at=NOON + 60)

    lines = unlawful([CALL, again], [KNOWN, _other("person 1")], LAW)

    assert lines == [f"+312: dialled at {NOON + 60:.3f} in spite of called that day"]


def test_a_customer_who_met_nobody_is_found_when_called_within_three_days() -> None:
    met_nobody = replace(CALL, answered_at=NOON + 1, message_at=NOON + 2.7, status=200)
    later = NOON + 2 * DAY

    lines = unlawful([met_nobody, replace(CALL, invited_at=later)], [KNOWN], LAW)

    assert lines == [f"+311: dialled at {later:.3f} in spite of abandoned lately"]


def test_a_number_that_is_on_no_list_is_found() -> None:
    assert unlawful([CALL], [], LAW) == [f"+311: dialled at {NOON:.3f} and on no list"]


def _other(person: str) -> Known:
    return replace(KNOWN, number="+312", person=person)


SHOWN = replace(LAW, shown={"apk": "+31400", "tyres": "+31500"})


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (("+31400",), []),
        ((), ["nothing"]),
        (("+31500",), ["+31500"]),
        (("+31400", "+31999"), ["+31400, +31999"]),
        (("anonymous",), ["anonymous"]),
    ],
)
def test_a_call_that_shows_another_number_than_its_campaigns_is_found(
    shown: tuple[str, ...], told: list[str]
) -> None:
    lines = unlawful([replace(CALL, shown=shown)], [KNOWN], SHOWN)

    assert lines == [f"+311: shown {each} at {NOON:.3f} and not +31400" for each in told]


def test_by_the_number_shown_it_is_known_which_campaign_called() -> None:
    on_both = [KNOWN, replace(KNOWN, campaign="tyres", consented_at=None)]

    assert unlawful([replace(CALL, shown=("+31400",))], on_both, SHOWN) == []
    (line,) = unlawful([replace(CALL, shown=("+31500",))], on_both, SHOWN)
    assert line.endswith("in spite of no consent")
