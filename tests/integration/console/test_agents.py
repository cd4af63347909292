from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.console import agents
from app.console.agents import AgentChanges, Login, NewAgent, Pause
from app.console.calls import LIST_CHANGES
from app.console.client import ApiClient
from app.console.errors import ApiRefused
from app.storage.agents import all_agents
from calls.ids import AgentId, DealerId
from calls.words import AgentState
from routing.agent import AgentProfile
from tests.integration.console.bed import Bed


async def test_an_agent_logs_in_pauses_resumes_and_goes_home(client: ApiClient) -> None:
    states = [
        (await client.ask(agents.LOG_IN, Login(), agent_id="anna")).state,
        (await client.ask(agents.PAUSE, Pause(reason="lunch"), agent_id="anna")).state,
        (await client.ask(agents.RESUME, agent_id="anna")).state,
        (await client.ask(agents.END_WRAP_UP, agent_id="anna")).state,
        (await client.ask(agents.LOG_OUT, agent_id="anna")).state,
    ]

    assert states == [
        AgentState.AVAILABLE,
        AgentState.PAUSED,
        AgentState.AVAILABLE,
        AgentState.AVAILABLE,
        AgentState.LOGGED_OUT,
    ]


async def test_the_reason_of_a_pause_is_shown(client: ApiClient) -> None:
    await client.ask(agents.LOG_IN, Login(), agent_id="anna")
    await client.ask(agents.PAUSE, Pause(reason="lunch"), agent_id="anna")

    anna = await client.ask(agents.GET_AGENT, agent_id="anna")

    assert (anna.state, anna.reason) == (AgentState.PAUSED, "lunch")


async def test_an_agent_logs_in_to_a_campaign(client: ApiClient) -> None:
    anna = await client.ask(agents.LOG_IN, Login(campaign="apk-may"), agent_id="anna")

    assert anna.campaign == "apk-may"


async def test_a_login_to_a_campaign_that_does_not_exist_changes_nothing(client: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(agents.LOG_IN, Login(campaign="no-such"), agent_id="anna")

    anna = await client.ask(agents.GET_AGENT, agent_id="anna")
    assert refused.value.problem.status == 404
    assert "campaign list" in refused.value.problem.remedy
    assert anna.state is AgentState.LOGGED_OUT


async def test_an_agent_of_another_dealer_is_refused_at_the_login_to_a_campaign(
    bed: Bed, client: ApiClient
) -> None:
    profile = bed.desk.floor.agent(AgentId("anna")).profile
    bed.desk.know(replace(profile, dealers=frozenset({DealerId("other")})))

    with pytest.raises(ApiRefused) as refused:
        await client.ask(agents.LOG_IN, Login(campaign="apk-may"), agent_id="anna")

    problem = refused.value.problem
    assert (problem.status, problem.type) == (409, "urn:dealerlijn:problem:not-for-this-dealer")
    assert problem.detail == "agent anna does not work for dealer demo"
    assert problem.remedy.startswith("choose a campaign of the agent's own dealers")
    assert (await client.ask(agents.GET_AGENT, agent_id="anna")).state is AgentState.LOGGED_OUT


async def test_what_cannot_be_now_says_what_to_do_first(client: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(agents.PAUSE, Pause(reason="lunch"), agent_id="anna")

    assert refused.value.problem.status == 409
    assert refused.value.problem.remedy == "log the agent in first"


async def test_an_unknown_agent_is_told_as_such(client: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(agents.GET_AGENT, agent_id="nobody")

    assert refused.value.problem.type == "urn:dealerlijn:problem:unknown-agent"


async def test_a_new_agent_is_stored_known_to_the_floor_and_audited(bed: Bed, client: ApiClient) -> None:
    new = NewAgent(
        id="bram", name="Bram", endpoint="PJSIP/bram", skills={"parts": 7}, dealers=frozenset({"demo"})
    )

    created = await client.ask(agents.CREATE_AGENT, new)

    stored = [agent.profile for agent in await all_agents(bed.database)]
    audit = await client.ask(LIST_CHANGES)
    assert created.state is AgentState.LOGGED_OUT
    assert bed.desk.floor.agent(AgentId("bram")).profile in stored
    assert [(change.who, change.action, change.subject) for change in audit.changes] == [
        ("tester", "agent_created", "bram")
    ]


async def test_an_agent_who_offers_to_come_out_of_wrap_up_is_stored_as_such_and_may_take_it_back(
    bed: Bed, client: ApiClient
) -> None:
    new = NewAgent(id="bram", name="Bram", endpoint="PJSIP/bram", skills={}, rescue=True)

    created = await client.ask(agents.CREATE_AGENT, new)
    stored = {agent.profile.agent_id: agent.profile.rescue for agent in await all_agents(bed.database)}
    changed = await client.ask(agents.CHANGE_AGENT, AgentChanges(rescue=False), agent_id="bram")

    assert (created.rescue, stored) == (True, {"anna": False, "bram": True})
    assert changed.rescue is False


async def test_an_agent_at_work_does_not_get_the_phone_of_another_who_is(client: ApiClient) -> None:
    await client.ask(agents.CREATE_AGENT, NewAgent(id="bram", name="Bram", endpoint="PJSIP/bram", skills={}))
    for agent_id in ("anna", "bram"):
        await client.ask(agents.LOG_IN, Login(), agent_id=agent_id)

    with pytest.raises(ApiRefused) as refused:
        await client.ask(agents.CHANGE_AGENT, AgentChanges(endpoint="PJSIP/anna"), agent_id="bram")

    assert refused.value.problem.type == "urn:dealerlijn:problem:phone-taken"
    assert (await client.ask(agents.GET_AGENT, agent_id="bram")).endpoint == "PJSIP/bram"


async def test_an_agent_who_is_removed_is_gone_and_may_come_again(bed: Bed, client: ApiClient) -> None:
    removed = await client.ask(agents.REMOVE_AGENT, agent_id="anna")

    [change] = (await client.ask(LIST_CHANGES)).changes
    assert removed.name == "Anna"
    assert (await client.ask(agents.LIST_AGENTS)).agents == []
    assert await all_agents(bed.database) == []
    assert (change.who, change.action, change.subject) == ("tester", "agent_removed", "anna")
    again = NewAgent(id="anna", name="Anna", endpoint="PJSIP/anna", skills={"parts": 3})
    assert (await client.ask(agents.CREATE_AGENT, again)).skills == {"parts": 3}


async def test_an_agent_at_work_is_not_removed(client: ApiClient) -> None:
    await client.ask(agents.LOG_IN, Login(), agent_id="anna")

    with pytest.raises(ApiRefused) as refused:
        await client.ask(agents.REMOVE_AGENT, agent_id="anna")

    assert (refused.value.problem.status, refused.value.problem.remedy) == (409, "log the agent out first")
    assert [agent.id for agent in (await client.ask(agents.LIST_AGENTS)).agents] == ["anna"]


async def test_an_agent_cannot_be_created_twice(client: ApiClient) -> None:
    again = NewAgent(id="anna", name="Other", endpoint="PJSIP/other", skills={})

    with pytest.raises(ApiRefused) as refused:
        await client.ask(agents.CREATE_AGENT, again)

    assert refused.value.problem.status == 409
    assert (await client.ask(agents.GET_AGENT, agent_id="anna")).name == "Anna"


async def test_a_change_touches_only_what_it_names(client: ApiClient) -> None:
    changed = await client.ask(agents.CHANGE_AGENT, AgentChanges(skills={"sales": 3}), agent_id="anna")

    assert (changed.name, changed.skills, changed.dealers) == ("Anna", {"sales": 3}, None)


async def test_an_agent_of_a_dealer_that_does_not_exist_is_refused(client: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(agents.CHANGE_AGENT, AgentChanges(dealers=frozenset({"other"})), agent_id="anna")

    assert refused.value.problem.status == 422
    assert "demo" in refused.value.problem.remedy


async def test_an_agents_phone_must_be_one_of_the_settings(client: ApiClient) -> None:
    new = NewAgent(id="bram", name="Bram", endpoint="PJSIP/zoe", skills={})

    for asked in (
        client.ask(agents.CREATE_AGENT, new),
        client.ask(agents.CHANGE_AGENT, AgentChanges(endpoint="PJSIP/zoe"), agent_id="anna"),
    ):
        with pytest.raises(ApiRefused) as refused:
            await asked

        assert refused.value.problem.status == 422
        assert "PJSIP/anna, PJSIP/bram" in refused.value.problem.remedy
    assert [agent.id for agent in (await client.ask(agents.LIST_AGENTS)).agents] == ["anna"]


async def test_an_agent_whose_phone_the_settings_have_lost_can_still_change(
    bed: Bed, client: ApiClient
) -> None:
    zoe = AgentProfile(AgentId("zoe"), "Zoe", "PJSIP/zoe", {})
    bed.desk.floor.know(zoe, datetime.now(UTC))

    changed = await client.ask(agents.CHANGE_AGENT, AgentChanges(skills={"sales": 1}), agent_id="zoe")

    assert (changed.endpoint, changed.skills) == ("PJSIP/zoe", {"sales": 1})
