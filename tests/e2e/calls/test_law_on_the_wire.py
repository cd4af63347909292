"""Campaigns by a strict profile: nobody is called against a rule and few are abandoned, told from the wire alone."""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calls.ids import AgentId, CampaignId
from dialer.campaign import CampaignKind, PacingSettings
from dialer.caps import TrunkCaps
from tests.checker.law import Known, bans, unlawful
from tests.checker.recount import Seen
from tests.checker.rules import Limits, breaches
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.accounting import customers, recorded, seen_in, sing, tell
from tests.e2e.calls.floor import ALWAYS_OPEN, SKILLS, controller, dealers, lines_up
from tests.e2e.calls.lists import a_campaign, allowed, forbidden, store_list, strict_profile, used_up
from tests.e2e.calls.record import Record

CAPS = TrunkCaps(per_second=12.0, at_once=40, per_day=1000)
LIMITS = Limits(CAPS.per_second, CAPS.at_once, attempts=1)
APK, SERVICE = tuple(SKILLS)[:4], tuple(SKILLS)[4:]
PEOPLE, CALLS = 60, 150
MOST_ABANDONED = 0.03
ANOTHER_DDI = "+31407654321"
TWO_NUMBERS = f'[dealers.demo]\nddis = ["{DDI}", "{ANOTHER_DDI}"]'
AS_USUAL = PacingSettings()
pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_person_on_two_lists_is_called_once_a_day_and_nobody_against_a_rule(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    began = datetime.now(UTC).timestamp()
    plans = customers(random.Random(4), 2 * PEOPLE)
    numbers = list(plans)
    profiles, any_number = strict_profile(tmp_path)
    law = replace(any_number, shown={"apk": DDI, "service": ANOTHER_DDI})
    first = allowed("apk", numbers[:PEOPLE])
    # The same people: half of them by the same number, the others by another one.
    again = [
        Known("service", number, known.person, consented_at=known.consented_at)
        for place, known in enumerate(first)
        for number in (known.number if place % 2 else numbers[PEOPLE + place],)
    ]
    may_not = {
        "apk": [*forbidden("apk", "+31620000"), used_up("apk", "+31620000099")],
        "service": forbidden("service", "+31630000"),
    }
    banned = [known for them in may_not.values() for known in them]
    tell(network_asterisk, plans | {known.number: "answer:0.5:1" for known in banned})
    await sing(network_asterisk)
    apk = a_campaign("apk", AS_USUAL)
    service = replace(a_campaign("service", AS_USUAL, CampaignKind.SERVICE), shown_number=ANOTHER_DDI)
    elsewhere = a_campaign("elsewhere", AS_USUAL)
    known = dealers(tmp_path, profiles, ALWAYS_OPEN, TWO_NUMBERS)
    await store_list(dealer_asterisk, tmp_path, elsewhere, [], [])
    await store_list(dealer_asterisk, tmp_path, apk, first, may_not["apk"])
    await store_list(dealer_asterisk, tmp_path, service, again, may_not["service"])
    trace = tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, APK, apk, CAPS) as watched,
    ):
        for name in SERVICE:
            watched.program.desk.login(AgentId(name), CampaignId("service"))
        await lines_up(watched, len(APK) + len(SERVICE))
        await Record(tmp_path).until(lambda record: record.choosable() == 0, 60, "everybody was judged")

    seen = seen_in(trace, dealer_asterisk, network_asterisk)
    people = {each.number: each.person for each in (*first, *again)}
    assert Counter(people[each.number] for each in seen) == Counter(known.person for known in first)
    assert unlawful(seen, [*first, *again, *banned], law) == []
    assert breaches(seen, LIMITS, {}) == []
    assert [each.number for each in banned if not bans(each, law, began)] == []


async def test_the_default_pacing_abandons_no_more_than_the_limit(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    plans = customers(random.Random(5), CALLS)
    profiles, any_number = strict_profile(tmp_path)
    law = replace(any_number, shown={"apk": DDI})
    tell(network_asterisk, plans)
    await sing(network_asterisk)
    campaign, people = a_campaign("apk", AS_USUAL), allowed("apk", list(plans))
    known = dealers(tmp_path, profiles, ALWAYS_OPEN)
    await store_list(dealer_asterisk, tmp_path, campaign, people, [])
    trace = tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, tuple(SKILLS), campaign, CAPS),
    ):
        await Record(tmp_path).until(
            lambda record: record.progress("apk")[1] == CALLS, 120, "the end of all attempts"
        )

    seen = seen_in(trace, dealer_asterisk, network_asterisk)
    abandoned = sum(_abandoned(each) for each in seen)
    answered = abandoned + sum(each.connected_at is not None for each in seen)
    # One is within any budget: the first of a day is a share of its own.
    assert abandoned <= max(1, MOST_ABANDONED * answered)
    assert answered > CALLS // 5
    assert breaches(seen, LIMITS, {}) == []
    assert unlawful(seen, people, law) == []


def _abandoned(each: Seen) -> bool:
    return each.message_at is not None and each.connected_at is None
