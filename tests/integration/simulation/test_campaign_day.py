import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from statistics import fmean

import numpy as np
import pytest

from simulation.campaign_day import CampaignDay
from simulation.campaign_record import Conversation, DayRecord, Pause
from simulation.peers import Boost
from simulation.people_called import Person, people
from simulation.policies import POLICIES, settings_for
from simulation.product_policy import ProductPolicy
from simulation.scenario import (
    Answering,
    Break,
    Duration,
    Inbound,
    RateFrom,
    Ringing,
    Scenario,
    ScenarioError,
    load,
    names,
)

TINY = Scenario("tiny", agents=2, hours=0.1)


def lived(scenario: Scenario, boost: float = 1.0, seed: int = 1) -> DayRecord:
    return CampaignDay(scenario, Boost(boost), seed).run()


def test_the_same_seed_gives_the_same_day() -> None:
    first, again, other = lived(TINY), lived(TINY), lived(TINY, seed=2)

    assert first.conversations == again.conversations
    assert first.conversations != other.conversations


def test_progressive_dialling_abandons_nobody() -> None:
    assert lived(TINY).abandoned_at == []


def test_dialling_five_times_too_much_abandons_many() -> None:
    assert lived(TINY, boost=5.0).abandon_rate > 0.1


def test_no_agent_has_two_conversations_at_once() -> None:
    record = lived(replace(TINY, agents=1), boost=3.0)

    for before, after in zip(record.conversations, record.conversations[1:], strict=False):
        assert after.began >= before.began + before.talk_seconds + before.wrap_up_seconds - 1e-9


def test_a_customer_gets_the_agent_who_is_idle_for_the_longest_time() -> None:
    record = lived(replace(TINY, agents=6, hours=1.0), boost=1.5)

    idle_since = dict.fromkeys(range(6), 0.0)
    for each in record.conversations:
        free = {agent: since for agent, since in idle_since.items() if since <= each.began}
        assert each.agent in free
        assert free[each.agent] == min(free.values())
        idle_since[each.agent] = each.began + each.talk_seconds + each.wrap_up_seconds
    assert len(record.conversations) > 50
    assert {each.agent for each in record.conversations} == set(range(6))


def test_a_list_is_dialled_to_its_end_and_no_further() -> None:
    record = lived(replace(TINY, contacts=7))

    assert record.dialled == 7


def test_what_is_left_of_a_list_counts_who_was_not_dialled_and_who_may_be_dialled_again() -> None:
    left: list[int | None] = []

    class Counting(Boost):
        def calls_to_place(self, day: CampaignDay) -> int:
            left.append(day.contacts_left)
            return super().calls_to_place(day)

    listed = replace(TINY, contacts=7, answering=Answering(probability=1e-9), attempts=2, rest_hours=0.02)
    CampaignDay(listed, Counting(1.0), seed=1).run()

    known = [each for each in left if each is not None]
    assert (known[0], known[-1]) == (7, 0)
    assert any(before < after for before, after in pairwise(known))
    assert max(known) == 7
    assert CampaignDay(TINY, Boost(1.0), seed=1).contacts_left is None


def test_who_answers_depends_on_the_list_and_the_hour() -> None:
    nobody = lived(replace(TINY, answering=Answering(probability=0.0)))
    everybody = lived(replace(TINY, answering=Answering(probability=1.0)))

    assert nobody.connected == 0
    assert everybody.dialled - everybody.connected <= 2


DIVERSE = replace(TINY, agents=4, hours=1.0, answering=Answering(beta=(0.9, 2.1), earlier_attempts=6.0))


class Listening(ProductPolicy):
    """The product, and whom it chose: with an agent for certain or not, and their own probability."""

    def __init__(self, scenario: Scenario) -> None:
        super().__init__(scenario, settings_for(0.03))
        self.chosen: list[tuple[bool, float]] = []

    def choose(self, day: CampaignDay, call: int, people: Sequence[Person], chances: Sequence[float]) -> int:
        certain = self._certain > 0
        place = super().choose(day, call, people, chances)
        self.chosen.append((certain, people[place].probability))
        return place


def test_whoever_is_likely_is_dialled_for_certain_agents_though_their_probability_is_hidden() -> None:
    policy = Listening(DIVERSE)

    record = CampaignDay(DIVERSE, policy, 1).run()

    likely = [probability for certain, probability in policy.chosen if certain]
    others = [probability for certain, probability in policy.chosen if not certain]
    assert record.dialled == len(policy.chosen)
    assert fmean(likely) > 1.5 * fmean(others)


def test_choosing_leaves_nobody_on_the_list() -> None:
    short = replace(DIVERSE, contacts=90)

    policy = Listening(short)
    record = CampaignDay(short, policy, 1).run()

    people_on_it = sorted(person.probability for person in people(short, np.random.default_rng((1, 1))))
    assert record.dialled == 90
    assert sorted(probability for _, probability in policy.chosen) == people_on_it


def test_agents_who_come_out_of_wrap_up_save_customers_and_do_the_wrap_up_afterwards() -> None:
    team = replace(TINY, agents=10, hours=0.5)
    without = lived(team, boost=4.0)
    with_rescue = lived(replace(team, rescue=1.0), boost=4.0)

    assert with_rescue.rescued > 0
    assert with_rescue.abandon_rate < without.abandon_rate
    assert with_rescue.figures()["occupancy"] <= 1.0


def test_an_agent_on_a_break_takes_no_calls() -> None:
    resting = replace(TINY, agents=1, breaks=(Break(hour=0.0, minutes=6),))

    record = lived(resting)

    assert record.connected == 0


def test_a_break_is_taken_whole_after_the_call_that_runs() -> None:
    certain = Answering(probability=1.0)
    scenario = replace(TINY, agents=1, hours=0.5, answering=certain, breaks=(Break(hour=0.05, minutes=2),))

    record = lived(scenario)

    ends = [each.began + each.talk_seconds + each.wrap_up_seconds for each in record.conversations]
    gaps = [after.began - end for end, after in zip(ends, record.conversations[1:], strict=False)]
    assert any(began.began < 180.0 < end for began, end in zip(record.conversations, ends, strict=True))
    assert [each.seconds for each in record.pauses] == [120.0]
    assert max(gaps) >= 120.0
    assert record.figures()["occupancy"] <= 1.0


def test_a_break_that_outlasts_the_list_or_the_day_or_begins_before_the_warm_up_is_counted_in_part() -> None:
    day = Scenario("a break", agents=1, hours=1.0, warm_up_minutes=10)
    record = DayRecord(day, decision_seconds=[1e-5])
    record.pauses = [Pause(300.0, 600.0), Pause(3300.0, 900.0)]
    record.conversations = [Conversation(900.0, 1000.0, 200.0, True), Conversation(3000.0, 300.0, 0.0, True)]

    whole = record.figures()
    record.list_ended_at = 2400.0
    ended = record.figures()

    assert whole["occupancy"] == pytest.approx(1500.0 / (3000.0 - 300.0 - 300.0))
    assert ended["occupancy"] == pytest.approx(1200.0 / (1800.0 - 300.0))
    assert ended["connects_per_agent_hour"] == pytest.approx(3600.0 / 1500.0)


def test_the_warm_up_is_left_out_of_how_busy_agents_are_and_not_of_the_abandons() -> None:
    whole, cut = lived(TINY, boost=4.0), lived(replace(TINY, warm_up_minutes=3), boost=4.0)

    assert cut.conversations == whole.conversations
    assert cut.abandon_rate == whole.abandon_rate > 0
    late = sum(each.began >= 180.0 for each in whole.conversations)
    assert cut.figures()["connects_per_agent_hour"] == pytest.approx(late / (2 * 0.05))
    assert cut.cut()["connected"] == len(whole.conversations) - late > 0
    handled = sum(whole.busy_share(2)) * 360.0
    assert cut.cut()["handled_hours"] * 3600.0 == pytest.approx(whole.busy_share(2)[0] * 360.0)
    assert cut.figures()["occupancy"] * 360.0 == pytest.approx(handled - whole.busy_share(2)[0] * 360.0)


def test_a_pause_that_falls_within_another_follows_it() -> None:
    twice = (Break(hour=0.05, minutes=4), Break(hour=0.08, minutes=1))

    record = lived(replace(TINY, agents=1, hours=0.3, answering=Answering(probability=0.0), breaks=twice))

    assert record.pauses == [Pause(180.0, 240.0), Pause(420.0, 60.0)]


def test_a_list_shorter_than_the_team_leaves_nothing_to_measure() -> None:
    figures = lived(replace(TINY, agents=10, contacts=5)).figures()

    assert (figures["occupancy"], figures["talk_share"], figures["connects_per_agent_hour"]) == (0, 0, 0)


def test_inbound_callers_share_the_agents() -> None:
    shared = replace(TINY, answering=Answering(probability=0.0), inbound=Inbound(calls_per_agent_hour=60))

    record = lived(shared)

    assert len(record.callers_waited) > 2
    assert record.connected == 0
    assert 0 <= record.figures()["inbound_service_level"] <= 1


def test_the_shares_of_a_day_add_up() -> None:
    record = lived(TINY)

    assert sum(record.busy_share(4)) / 4 == pytest.approx(record.figures()["occupancy"])


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_lives_through_a_short_day(policy: str) -> None:
    day = CampaignDay(replace(TINY, hours=0.03), POLICIES[policy](TINY, settings_for(0.03)), 1)

    record = day.run()

    assert record.dialled > 0


@pytest.mark.parametrize("name", names())
def test_every_scenario_can_be_read(name: str) -> None:
    assert load(name).title


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("hours = inf", "hours"),
        ("contacts = 0", "contacts"),
        ("grace_seconds = nan", "grace_seconds"),
        ("grace_seconds = 1e9", "grace_seconds"),
        ("agents = 1_000_000_000", "agents"),
        ("attempts = 1_000_000_000", "attempts"),
        ("talk = { mean = 1e9 }", "talk.mean"),
        ("ringing = { longest_seconds = 1_000_000_000 }", "ringing.longest_seconds"),
        ("[answering]\nprobability = 0", "answering.probability"),
        ("[ringing]\nlongest_seconds = 0", "ringing.longest_seconds"),
        ("[ringing]\nanswered = { mean = 60 }", "ringing.answered.mean"),
        ('[talk]\nmean = 150\nlaw = "pareto"', "talk.variation"),
        ("[[breaks]]\nhour = 1\nminutes = 5\nspread_minutes = -5", "breaks.0.spread_minutes"),
        ("[answering]\nchanges = [{ hour = 5, factor = 2 }, { hour = 2, factor = 1 }]", "answering.changes"),
    ],
)
def test_a_scenario_that_nobody_can_live_is_refused_by_field(
    tmp_path: Path, written: str, field: str
) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(f'title = "Wrong"\n{written}\n')

    with pytest.raises(ScenarioError, match=re.escape(f": {field}: ")):
        load(str(file))


def test_a_scenario_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_bytes(b'title = "\xff"')

    with pytest.raises(ScenarioError, match="utf-8"):
        load(str(file))


def test_an_unknown_scenario_names_those_there_are() -> None:
    with pytest.raises(ScenarioError, match="there are: "):
        load("nothing")


def test_how_busy_agents_are_around_a_change_is_told_where_there_is_one() -> None:
    at_noon = replace(TINY, hours=3.0, answering=Answering(changes=(RateFrom(hour=1.5, factor=2.0),)))
    always = Conversation(0.0, 3600.0 * 1.5 + 300.0, 0.0, connected=True)

    found = DayRecord(at_noon, conversations=[always], decision_seconds=[0.0]).figures()

    names = ("before_change", "0_10_min_after", "10_20_min_after", "settled_after")
    assert [found[f"occupancy_{name}"] for name in names] == [0.5, 0.25, 0.0, 0.0]
    assert not [name for name in DayRecord(TINY, decision_seconds=[0.0]).figures() if "change" in name]


def test_late_rings_are_called_off_and_the_day_goes_on_without_them() -> None:
    slow = replace(TINY, agents=10, hours=0.6, ringing=Ringing(answered=Duration(16.0, 0.2)))
    settings = replace(settings_for(0.4, 0.3), call_off_late=True)
    day = CampaignDay(slow, POLICIES["lookahead"](slow, settings), 1)

    record = day.run()

    rung = [day.now - since for since in day.ringing.values()]
    assert record.called_off > 0
    assert record.figures()["called_off_share"] == record.called_off / record.dialled
    assert max(rung, default=0.0) <= 22.0
    rings_out = CampaignDay(slow, POLICIES["lookahead"](slow, settings_for(0.4, 0.3)), 1).run()
    assert rings_out.called_off == 0
