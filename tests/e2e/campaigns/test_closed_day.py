"""A day on which dealer and calling profile are closed: no call of a campaign leaves, and callers hear that it is closed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.asterisk.call_files import Caller
from calls.facts import AttemptCommitted, AttemptEnded, CallQueued, MenuChosen, PacingDecided
from calls.ids import AgentId, CampaignId
from calls.words import CallPhase
from dialer.campaign import Campaign, CampaignKind, LegalBasis
from dialer.pacing import Reason
from tests.checker.law import Known
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.accounting import recorded, seen_in
from tests.e2e.calls.floor import ALWAYS_OPEN, ONE_FOR_ONE, controller, dealers, prompt
from tests.e2e.calls.lists import a_campaign, store_list
from tests.e2e.wire import Wire

NOT_TODAY, ANY_DAY = "+31610000001", "+31610000002"
NO_EARLY_STOPS = dict.fromkeys(("05-04", "12-05", "12-24"), "23:59:59")
PROFILE = """
based_on = "nl-consumer"
widened_by = "the tests, they run at any hour"
holiday_country = ""
early_stops = {{ {stops} }}
[hours]
monday = "00:00-24:00"
tuesday = "00:00-24:00"
wednesday = "00:00-24:00"
thursday = "00:00-24:00"
friday = "00:00-24:00"
saturday = "00:00-24:00"
sunday = "00:00-24:00"
"""
pytestmark = pytest.mark.usefixtures("quiet")


async def test_on_a_closed_day_no_campaign_calls_and_a_caller_hears_that_the_dealer_is_closed(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    wire: Wire,
    port_base: int,
    tmp_path: Path,
) -> None:
    here = datetime.now(ZoneInfo("Europe/Amsterdam")).date()
    closed = (here, here + timedelta(days=1))  # the test may run at midnight
    _write_profiles(tmp_path / "profiles", closed)
    exceptions = "".join(f"[[dealers.demo.hours.exceptions]]\ndate = {day}\nopen = []\n" for day in closed)
    known = dealers(tmp_path, f'calling_profiles = "{tmp_path / "profiles"}"\n', ALWAYS_OPEN, exceptions)
    today = _campaign("apk", "shut")
    for campaign, number in ((today, NOT_TODAY), (_campaign("service", "open"), ANY_DAY)):
        await network_asterisk.customer_does(number, "answer:0.3:1")
        people = [Known(campaign.campaign_id, number, f"person {number}")]
        await store_list(dealer_asterisk, tmp_path, campaign, people, [])
    trace = tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, ("agent1",), today) as watched,
    ):
        network_asterisk.call(Caller(person="calls", ddi=DDI, cli="+31612345671", patience=2.5))
        # The same dialler calls whom it may: by a profile that is the same but for this day.
        watched.program.desk.login(AgentId("agent2"), CampaignId("service"))
        called = await watched.fact(AttemptEnded)
        ended = await watched.ended()

    decided = [fact for fact in watched.of(PacingDecided) if fact.campaign_id == today.campaign_id]
    assert Reason.WINDOW_CLOSED in {fact.reason for fact in decided}
    assert [fact.campaign_id for fact in watched.of(AttemptCommitted)] == [called.campaign_id] == ["service"]
    assert [each.number for each in seen_in(trace, dealer_asterisk, network_asterisk)] == [ANY_DAY]
    assert network_asterisk.steps(NOT_TODAY) == []
    assert ended.phase in (CallPhase.CLOSED, CallPhase.VOICEMAIL)
    assert [*watched.of(MenuChosen), *watched.of(CallQueued)] == []
    shut, menu = (prompt(dealer_asterisk, name) for name in ("closed", "menu"))
    heard = {line.heard.hears(shut) is not None: line.heard.hears(menu) for line in wire.lines()}
    assert heard == {True: None, False: None}


def _write_profiles(folder: Path, closed: Sequence[date]) -> None:
    """Two that are the same, but for the days on which the one stops before it begins."""
    folder.mkdir()
    for name, days in (("shut", closed), ("open", ())):
        stops = NO_EARLY_STOPS | {f"{day:%m-%d}": "00:00" for day in days}
        text = ", ".join(f'"{day}" = "{clock}"' for day, clock in stops.items())
        (folder / f"{name}.toml").write_text(PROFILE.format(stops=text))


def _campaign(name: str, profile: str) -> Campaign:
    kind = CampaignKind.APK if name == "apk" else CampaignKind.SERVICE
    campaign = a_campaign(name, ONE_FOR_ONE, kind)
    return replace(campaign, basis=LegalBasis.EXISTING_CONTRACT, profile=profile)
