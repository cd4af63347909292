"""The manager link against a scripted server: facts, actions, silence and loss."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest

from app.ami.errors import AmiDown, AmiRefused
from app.ami.facts import ContactChanged, ContactState, LegHungUp, TrunkChanged
from app.ami.link import AmiLimits, AmiLink
from calls.ids import attempt_leg
from calls.words import HangupCause
from tests.fakes.ami_server import DONE, ENTRIES, NO_CONTACTS, REFUSED, FakeAmi
from tests.integration.ami.recorder import Recorder, running
from tests.unit.app.people import call_id

# pyst2 uses names of `threading` that are deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")

LIMITS = AmiLimits(
    connect_within=0.3,
    answer_within=0.3,
    reload_within=0.3,
    ping_every=0.1,
    pause_least=0.01,
    pause_most=0.05,
)
AGENT = ContactChanged("agent1", ContactState.REACHABLE, 0.0015)
TRUNK = TrunkChanged("sip:dealer@127.0.0.1", is_registered=True)


@pytest.fixture
async def fake() -> AsyncIterator[FakeAmi]:
    async with FakeAmi() as fake:
        yield fake


@pytest.fixture
def told() -> Recorder:
    return Recorder()


def link_to(fake: FakeAmi, told: Recorder) -> AmiLink:
    return AmiLink("127.0.0.1", fake.port, "user", "password", told, LIMITS)


async def test_after_connecting_the_whole_state_is_told(fake: FakeAmi, told: Recorder) -> None:
    async with running(link_to(fake, told)):
        await told.until(lambda: told.trunks != [])

        assert told.boots == 1
        assert told.contacts == [AGENT]
        assert told.trunks == [TRUNK]
        assert fake.actions[0]["Username"] == "user"


async def test_changes_are_told_as_they_happen_and_others_passed_over(fake: FakeAmi, told: Recorder) -> None:
    async with running(link_to(fake, told)):
        await told.until(lambda: told.trunks != [])

        fake.say("Event: PeerStatus\nPeer: PJSIP/agent1\n\n")
        fake.say("Event: ContactStatus\nAOR: agent1\nContactStatus: Updated\n\n")
        fake.say("Event: ContactStatus\nAOR: agent1\nContactStatus: Removed\nRoundtripUsec: 0\n\n")
        fake.say("Event: Registry\nUsername: sip:dealer@127.0.0.1\nStatus: Rejected\n\n")
        await told.until(lambda: len(told.trunks) == 2)

        assert told.contacts[1:] == [ContactChanged("agent1", ContactState.REMOVED)]
        assert told.trunks[1:] == [TrunkChanged(TRUNK.client_uri, is_registered=False)]


async def test_every_attempts_end_is_told_while_actions_are_answered(fake: FakeAmi, told: Recorder) -> None:
    legs = [attempt_leg(call_id(number)) for number in range(500)]
    gone: list[LegHungUp] = []
    link = AmiLink("127.0.0.1", fake.port, "user", "password", told, LIMITS, hung_up=gone.append)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        for leg in legs:
            fake.say(f"Event: Hangup\nUniqueid: {leg}\nCause: 17\nCause-txt: User busy\n\n")
        assert await link.contacts() == (AGENT,)
        async with asyncio.timeout(5):
            while len(gone) < len(legs):
                await asyncio.sleep(0.01)

        assert gone == [LegHungUp(leg, HangupCause.BUSY) for leg in legs]
        assert told.downs == []


async def test_actions_answer_their_callers_though_asked_together(fake: FakeAmi, told: Recorder) -> None:
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        async with asyncio.TaskGroup() as tasks:
            contacts = tasks.create_task(link.contacts())
            trunks = tasks.create_task(link.trunks())
            tasks.create_task(link.reload("res_pjsip.so"))
            again = tasks.create_task(link.contacts())

        assert contacts.result() == again.result() == (AGENT,)
        assert trunks.result() == (TRUNK,)
        reload = next(action for action in fake.actions if action["Action"] == "Reload")
        assert set(reload) == {"Action", "ActionID", "Module"}
        assert len({action["ActionID"] for action in fake.actions}) == len(fake.actions)


async def test_no_contacts_at_all_is_an_empty_answer(fake: FakeAmi, told: Recorder) -> None:
    fake.script["PJSIPShowContacts"] = NO_CONTACTS
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        assert await link.contacts() == ()


async def test_a_refused_action_says_why_and_the_link_stays_up(fake: FakeAmi, told: Recorder) -> None:
    fake.script["Reload"] = REFUSED.replace("{message}", "No such module")
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        with pytest.raises(AmiRefused, match="No such module"):
            await link.reload("nonsense.so")

        assert await link.ping() < LIMITS.answer_within
        assert told.downs == []


async def test_a_leg_that_rings_is_given_no_more_time(fake: FakeAmi, told: Recorder) -> None:
    leg = attempt_leg(call_id(1))
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        assert await link.stop_ringing(leg, lambda: True)
        fake.script["AbsoluteTimeout"] = REFUSED.replace("{message}", "No such channel")
        assert not await link.stop_ringing(leg, lambda: True)

        asked = next(action for action in fake.actions if action["Action"] == "AbsoluteTimeout")
        assert asked["Channel"] == leg
        assert 0 < float(asked["Timeout"]) < 1
        assert told.downs == []


async def test_while_the_link_is_down_a_leg_rings_on(fake: FakeAmi, told: Recorder) -> None:
    assert not await link_to(fake, told).stop_ringing(attempt_leg(call_id(1)), lambda: True)


async def test_a_leg_that_was_answered_while_another_action_took_its_time_keeps_its_life(
    fake: FakeAmi, told: Recorder
) -> None:
    fake.script["Reload"] = ""
    link, rings = link_to(fake, told), True
    async with running(link), asyncio.TaskGroup() as group:
        await told.until(lambda: told.trunks != [])
        group.create_task(link.reload("res_pjsip.so"))
        while fake.actions[-1]["Action"] != "Reload":
            await asyncio.sleep(0)
        stopping = group.create_task(link.stop_ringing(attempt_leg(call_id(1)), lambda: rings))
        await asyncio.sleep(0)

        rings = False
        fake.say(DONE.format(id=fake.actions[-1]["ActionID"]))

        assert not await stopping
        assert "AbsoluteTimeout" not in [action["Action"] for action in fake.actions]
        assert told.downs == []


async def test_a_line_break_cannot_become_a_second_action(fake: FakeAmi, told: Recorder) -> None:
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        with pytest.raises(ValueError, match="line break"):
            await link.reload("x\r\n\r\nAction: Logoff")

        assert "Logoff" not in [action["Action"] for action in fake.actions]


async def test_a_lost_connection_is_made_anew_and_the_state_told_again(fake: FakeAmi, told: Recorder) -> None:
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        fake.drop()
        await told.until(lambda: len(told.trunks) == 2)

        assert told.downs == ["connection ended"]
        assert told.contacts == [AGENT, AGENT]
        assert link.failures == 1


async def test_silence_is_noticed_by_the_ping(fake: FakeAmi, told: Recorder) -> None:
    async with running(link_to(fake, told)):
        await told.until(lambda: told.trunks != [])

        del fake.script["Ping"]
        await told.until(lambda: told.downs != [])

        assert told.downs == ["no answer in time"]


async def test_a_list_that_never_completes_is_a_lost_link(fake: FakeAmi, told: Recorder) -> None:
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])
        complete = fake.script["PJSIPShowContacts"]

        fake.script["PJSIPShowContacts"] = complete.partition("Event: ContactListComplete")[0]
        with pytest.raises(AmiDown):
            await link.contacts()
        fake.script["PJSIPShowContacts"] = complete

        await told.until(lambda: len(told.trunks) == 2)


async def test_a_wrong_password_is_tried_again_without_telling_anything(
    fake: FakeAmi, told: Recorder
) -> None:
    right = fake.script["Login"]
    fake.script["Login"] = REFUSED.replace("{message}", "Authentication failed")
    link = link_to(fake, told)
    async with running(link):
        while link.failures < 2:
            await asyncio.sleep(0.01)
        assert (told.boots, told.downs) == (0, [])

        fake.script["Login"] = right

        await told.until(lambda: told.trunks != [])


@pytest.mark.parametrize("greeting", ["", "Asterisk"])
async def test_a_server_that_does_not_greet_is_given_up_in_time(told: Recorder, greeting: str) -> None:
    async with FakeAmi(greeting=greeting) as mute:
        link = link_to(mute, told)
        async with running(link):
            async with asyncio.timeout(2):
                while link.failures < 2:
                    await asyncio.sleep(0.01)

    assert mute.actions == []


async def test_an_action_without_a_link_fails_at_once(fake: FakeAmi, told: Recorder) -> None:
    with pytest.raises(AmiDown):
        await link_to(fake, told).ping()


async def test_cancelling_leaves_no_thread(fake: FakeAmi, told: Recorder) -> None:
    before = threading.active_count()

    async with running(link_to(fake, told)):
        await told.until(lambda: told.trunks != [])

    for _ in range(100):
        if threading.active_count() == before:
            break
        await asyncio.sleep(0.01)
    assert threading.active_count() <= before
    assert told.downs == ["stopped"]


async def test_asterisks_own_database_is_read_by_whole_keys_and_forgotten_below_one(
    fake: FakeAmi, told: Recorder
) -> None:
    fake.script |= {"DBGetTree": ENTRIES, "DBDelTree": DONE}
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        entries = await link.database("dealerlijn")
        await link.forget("dealerlijn", "1770.1")

    assert entries == {"/dealerlijn/1770.1/caller": "2026 +31 06", "/dealerlijn/1770.1/ended": ""}
    assert fake.actions[-2]["Family"] == "dealerlijn"
    assert (fake.actions[-1]["Family"], fake.actions[-1]["Key"]) == ("dealerlijn", "1770.1")


async def test_what_is_not_in_the_database_is_forgotten_all_the_same(fake: FakeAmi, told: Recorder) -> None:
    fake.script |= {"DBDelTree": REFUSED.replace("{message}", "Database entry not found")}
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        await link.forget("dealerlijn", "1770.1")

    assert fake.actions[-1]["Action"] == "DBDelTree"


async def test_whoever_needs_a_link_that_is_down_has_it_tried_at_once(fake: FakeAmi, told: Recorder) -> None:
    fake.script |= {"DBGetTree": ENTRIES}
    limits = AmiLimits(answer_within=0.3, pause_least=60, pause_most=60)
    link = AmiLink("127.0.0.1", fake.port, "user", "password", told, limits)
    async with running(link):
        await told.until(lambda: told.trunks != [])
        fake.drop()
        await told.until(lambda: told.downs != [])

        with pytest.raises(AmiDown):
            await link.database("dealerlijn")
        assert await link.database("dealerlijn", within=2.0)


async def _away_for_ten_attempts(fake: FakeAmi, told: Recorder, link: AmiLink) -> None:
    await fake.__aexit__(None, None, None)
    failed = link.failures
    async with asyncio.timeout(10):
        while link.failures < failed + 10:
            await asyncio.sleep(0.01)
    known = len(told.trunks)
    await fake.__aenter__()
    await told.until(lambda: len(told.trunks) > known)


async def test_a_manager_that_is_away_is_told_once_with_when_it_is_tried_again_and_anew_after_it_was_back(
    fake: FakeAmi, told: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    link = link_to(fake, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])
        for _ in range(2):
            await _away_for_ten_attempts(fake, told, link)

    lines = [vars(record) for record in caplog.records if record.getMessage() == "manager link down"]
    assert sum(line["reason"].startswith("cannot connect") for line in lines) == 2
    assert len(lines) < 10
    assert all(0 < line["again_within_seconds"] <= LIMITS.pause_most for line in lines)
