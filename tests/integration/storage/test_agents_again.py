"""Agents of one process, as the next one finds them in the database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.storage.agents import all_agents, restored, save_agent
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal
from calls.facts import AgentWishChanged, Fact
from calls.ids import AgentId, CampaignId, DealerId
from calls.words import AgentState
from routing.agent import Agent, AgentProfile
from routing.floor import Floor
from tests.integration.storage.builders import NODE, NOW, call_ids, campaign_with

ANNA = AgentId("anna")
PROFILE = AgentProfile(ANNA, "Anna Proef", "PJSIP/anna", {"sales": 8})
APK = CampaignId("apk-mei")
[CALL, NEXT_CALL] = call_ids(2)


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def on_call() -> tuple[Floor, list[Fact]]:
    """A floor on which Anna talks, and the facts that told so."""
    floor = Floor()
    floor.know(PROFILE, NOW)
    facts: list[Fact] = [*floor.login(ANNA, NOW, APK)]
    floor.line_up(ANNA)
    reserved = floor.reserve_line(APK, CALL, NOW)
    assert reserved is not None
    facts += [reserved.fact, *floor.connected(ANNA, CALL, NOW)]
    return floor, facts


async def found_again(database: Database, facts: Sequence[Fact], seconds: float) -> Agent:
    """Anna as a process that begins so many seconds later knows her."""
    await save_agent(database, PROFILE)
    journal = Journal(database, NODE, await take_epoch(database, NODE))
    await journal.write_facts(facts)
    [stored] = await all_agents(database)
    return restored(stored, NOW + after(seconds))


async def test_wrap_up_goes_on_after_a_restart_until_its_own_end(database: Database) -> None:
    floor, facts = on_call()
    facts += floor.hung_up(ANNA, CALL, NOW + after(60), 30)

    again = Floor()
    again.restore(await found_again(database, facts, 65))

    assert again.agent(ANNA).wrap_up_until == NOW + after(90)
    assert again.finish_due_wrap_ups(NOW + after(89)) == []
    (free,) = again.finish_due_wrap_ups(NOW + after(90))
    assert (free.before, free.after, free.reason) == (
        AgentState.WRAP_UP,
        AgentState.AVAILABLE,
        "wrap_up_timer",
    )


async def test_wrap_up_that_would_be_over_by_now_ends_at_once(database: Database) -> None:
    floor, facts = on_call()
    facts += floor.hung_up(ANNA, CALL, NOW + after(60), 30)

    again = Floor()
    again.restore(await found_again(database, facts, 3600))

    assert len(again.finish_due_wrap_ups(NOW + after(3600))) == 1


async def test_a_clock_that_was_set_back_makes_no_wrap_up_longer(database: Database) -> None:
    floor, facts = on_call()
    facts += floor.hung_up(ANNA, CALL, NOW + after(60), 30)

    agent = await found_again(database, facts, -7200)

    assert agent.wrap_up_until == NOW + after(-7200 + 30)


async def test_an_agent_who_is_in_no_wrap_up_has_no_end_of_it(database: Database) -> None:
    floor, facts = on_call()
    facts += [*floor.hung_up(ANNA, CALL, NOW + after(60), 30), *floor.finish_wrap_up(ANNA, NOW + after(61))]

    agent = await found_again(database, facts, 62)

    assert (agent.state, agent.campaign_id, agent.wrap_up_until) == (AgentState.AVAILABLE, APK, None)


@pytest.mark.parametrize("connected", [True, False])
async def test_what_is_left_of_a_wrap_up_that_was_broken_off_for_a_call_is_still_to_come(
    database: Database, connected: bool
) -> None:
    floor, facts = on_call()
    floor.know(replace(PROFILE, rescue=True), NOW)
    facts += floor.hung_up(ANNA, CALL, NOW + after(60), 30)
    rescue = floor.reserve_line(APK, NEXT_CALL, NOW + after(70))
    assert rescue is not None
    facts.append(rescue.fact)
    if connected:
        facts += floor.connected(ANNA, NEXT_CALL, NOW + after(71))

    again = Floor()
    again.restore(await found_again(database, facts, 300))
    if connected:
        again.hung_up(ANNA, NEXT_CALL, NOW + after(310), 30)
    else:
        again.release(ANNA, NEXT_CALL, NOW + after(310))

    wraps_up = again.agent(ANNA)
    assert (wraps_up.state, wraps_up.wrap_up_until) == (
        AgentState.WRAP_UP,
        NOW + after(310 + 20 + (30 if connected else 0)),
    )


async def test_who_was_not_taken_out_of_wrap_up_has_nothing_of_it_to_come(database: Database) -> None:
    _, facts = on_call()

    assert (await found_again(database, facts, 10)).wrap_up_left == 0


async def test_a_pause_asked_for_during_a_call_outlives_the_process(database: Database) -> None:
    _, facts = on_call()
    facts.append(AgentWishChanged(NOW + after(5), ANNA, AgentState.PAUSED, "lunch"))

    again = Floor()
    again.restore(await found_again(database, facts, 10))
    (paused,) = again.hung_up(ANNA, CALL, NOW + after(60), 0)

    assert (paused.after, paused.reason) == (AgentState.PAUSED, "lunch")


@pytest.mark.parametrize("taken_back", [True, False])
async def test_what_was_asked_for_is_over_when_it_is_taken_back_or_done(
    database: Database, taken_back: bool
) -> None:
    floor, facts = on_call()
    facts.append(AgentWishChanged(NOW + after(5), ANNA, AgentState.PAUSED, "lunch"))
    if taken_back:
        facts.append(AgentWishChanged(NOW + after(6), ANNA, None, ""))
    else:
        floor.pause(ANNA, "lunch", NOW + after(5))
        facts += floor.hung_up(ANNA, CALL, NOW + after(60), 0)

    agent = await found_again(database, facts, 70)

    assert (agent.pending, agent.pending_reason) == (None, "")
    assert agent.state is (AgentState.ON_CALL if taken_back else AgentState.PAUSED)


async def test_the_dealer_of_an_agents_campaign_is_known_again(database: Database) -> None:
    await campaign_with(database, [])
    floor, facts = on_call()
    facts += floor.hung_up(ANNA, CALL, NOW + after(60), 0)

    again = Floor()
    again.restore(await found_again(database, facts, 70))
    again.know(replace(PROFILE, dealers=frozenset({DealerId("other")})), NOW + after(71))
    again.line_up(ANNA)

    assert again.agent(ANNA).campaign_dealer == "demo"
    assert again.reserve_line(APK, CALL, NOW + after(72)) is None
