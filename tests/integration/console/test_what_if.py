"""What a plan would bring, asked through the API and the command line."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from app.cli_frame import Exit
from app.console.client import ApiClient, open_client
from app.console.errors import ApiRefused
from app.console.what_if import ASK_WHAT_IF, PlanAsked
from app.control_errors import SimulationBusy, SimulationFailed
from app.plans import Question
from app.storage.contact_list import add_contacts
from app.what_if import LIMIT_SECONDS, WhatIf
from tests.integration.console.bed import APK, Bed, apk_campaign
from tests.integration.console.command_line import call_beside
from tests.integration.storage.builders import NOW, contact

SHORT = PlanAsked(agents=2, hours=0.5, days=2)


@pytest.fixture
async def client(bed: Bed) -> AsyncIterator[ApiClient]:
    """One that waits as long as a plan may take."""
    async with open_client(bed.access, "tester", seconds=LIMIT_SECONDS) as opened:
        yield opened


async def listed(bed: Bed, people: int) -> None:
    await add_contacts(bed.database, apk_campaign(), [contact(each) for each in range(people)], "x.csv", NOW)


async def test_a_plan_takes_the_campaigns_own_list_and_pacing(bed: Bed, client: ApiClient) -> None:
    await listed(bed, 30)

    told = await client.ask(ASK_WHAT_IF, SHORT, campaign_id=APK)

    assert told.days == 2
    assert told.list_dialled_ratio.mean == 1.0
    assert 0 < told.booked.mean < told.reached.mean < 30
    assert told.reached.least <= told.reached.mean <= told.reached.most
    assert told.hours_needed.mean > 0
    assumed = told.assumed
    assert (assumed.contacts, assumed.attempts) == (30, 1)
    assert (assumed.target_ratio, assumed.limit_ratio) == (0.015, 0.03)
    assert (assumed.attempts_seen, assumed.talks_seen, assumed.wrap_ups_seen) == (0, 0, 0)


async def test_what_is_told_stands_for_the_campaigns_own(bed: Bed, client: ApiClient) -> None:
    asked = SHORT.model_copy(
        update={"contacts": 5, "attempts": 3, "rest_hours": 0.1, "booked_ratio": 1.0, "limit_ratio": 0.01}
    )
    asked = PlanAsked.model_validate(asked.model_dump(exclude_unset=True))

    told = await client.ask(ASK_WHAT_IF, asked, campaign_id=APK)

    assert (told.assumed.contacts, told.assumed.attempts) == (5, 3)
    assert (told.assumed.target_ratio, told.assumed.limit_ratio) == (0.01, 0.01)
    assert told.booked.mean == told.reached.mean


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({}, 422, "contacts"),
        ({"contacts": 5, "target_ratio": 0.05}, 422, "target_ratio"),
        ({"contacts": 0}, 422, "greater than or equal to 1"),
        ({"contacts": 5, "agents": 501}, 422, "less than or equal to 500"),
    ],
)
async def test_a_plan_that_cannot_be_is_refused(
    client: ApiClient, fields: dict[str, float], status: int, words: str
) -> None:
    asked = PlanAsked.model_construct(None, **{"agents": 2, "hours": 0.5, **fields})

    with pytest.raises(ApiRefused) as refused:
        await client.ask(ASK_WHAT_IF, asked, campaign_id=APK)

    assert refused.value.problem.status == status
    assert words in str(refused.value)


async def test_an_unknown_campaign_is_refused(client: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(ASK_WHAT_IF, SHORT, campaign_id="nothing")

    assert refused.value.problem.status == 404


async def test_the_program_goes_on_while_a_plan_is_simulated_and_takes_one_at_a_time(bed: Bed) -> None:
    what_if = WhatIf(bed.database)
    long = Question(agents=5, hours=1.0, days=1, contacts=5000)
    turns = 0

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(what_if.ask(apk_campaign(), long))
        await asyncio.sleep(0)
        with pytest.raises(SimulationBusy):
            await what_if.ask(apk_campaign(), long)
        while not asking.done():
            turns += 1
            await asyncio.sleep(0.001)

    assert asking.result().outlook.reached.mean > 20
    assert turns > 10


async def test_no_further_day_is_begun_after_a_while(bed: Bed) -> None:
    hurried = WhatIf(bed.database, begin_seconds=0.0)

    found = await hurried.ask(apk_campaign(), Question(agents=2, hours=0.2, days=9, contacts=50))

    assert found.outlook.days == 1


async def test_a_day_that_takes_too_long_is_ended(bed: Bed) -> None:
    impatient = WhatIf(bed.database, limit_seconds=0.05)

    with pytest.raises(SimulationFailed, match="fewer agents"):
        await impatient.ask(apk_campaign(), Question(agents=500, hours=80.0, days=1, contacts=1_000_000))


async def test_the_command_line_takes_a_campaigns_list_by_its_name(bed: Bed) -> None:
    await listed(bed, 20)
    plan = ("simulate", "what-if", "--agents", "2", "--hours", "0.5", "--seeds", "2")

    told = await call_beside(bed, *plan, "--campaign", "APK mei", "--json")
    table = await call_beside(bed, *plan, "--campaign", "APK mei", "--target", "0.02")
    unknown = await call_beside(bed, *plan, "--campaign", "tyres")
    nothing = await call_beside(bed, *plan)
    above = await call_beside(bed, *plan, "--campaign", "APK mei", "--target", "0.2")

    assert json.loads(told.stdout)["list_dialled_ratio"]["mean"] == 1.0
    assert "20 contacts dialled up to 1 times" in table.stdout
    assert "hours_needed" in table.stdout
    for refused, word in ((unknown, "tyres"), (nothing, "--campaign"), (above, "target")):
        assert refused.exit_code == Exit.REFUSED
        assert word in refused.stderr
