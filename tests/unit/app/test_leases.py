"""The lease of a waiting leg: renewed while it waits, never after it was switched off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.ari.leases import CATCH_UP_SECONDS, LEASE_SECONDS, RENEW_SECONDS, Leases
from calls.ids import LegId
from tests.fakes.scripted_asterisk import ScriptedAsterisk
from tests.fakes.virtual_time import VirtualTimeLoop, settle, virtual_time

LEG, OTHER = LegId("1770000000.1"), LegId("1770000000.2")


@asynccontextmanager
async def renewing(leases: Leases) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        renewals = group.create_task(leases.run())
        yield
        renewals.cancel()


def written(asterisk: ScriptedAsterisk, leg_id: LegId = LEG) -> list[int]:
    return [
        int(request.rpartition("value=")[2]) for request in asterisk.asked(f"/channels/{leg_id}/variable")
    ]


@virtual_time
async def test_a_leg_that_is_held_is_renewed_long_before_its_lease_runs_out() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG)
        await asyncio.sleep(RENEW_SECONDS * 5.5)

    assert written(asterisk) == [LEASE_SECONDS] * 5
    assert LEASE_SECONDS >= 2 * RENEW_SECONDS


@virtual_time
async def test_a_lease_that_was_switched_off_is_never_renewed_again() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG)
        await asyncio.sleep(RENEW_SECONDS * 2.5)
        await leases.set(LEG, 0)
        await asyncio.sleep(RENEW_SECONDS * 10)

    assert written(asterisk)[-1] == 0
    assert len(leases) == 0


@pytest.mark.parametrize(("status", "words"), [(None, ""), (400, "Failed to execute function")])
def test_switching_off_is_asked_for_again_when_it_is_not_known_to_be_done(
    status: int | None, words: str
) -> None:
    @virtual_time
    async def story() -> None:
        asterisk = ScriptedAsterisk()
        leases = Leases(asterisk.ari)
        body = {"message": words}
        asterisk.answers("POST", f"/channels/{LEG}/variable", status, body, once=True)

        await leases.set(LEG, 0)

        assert written(asterisk) == [0, 0]

    story()


@virtual_time
async def test_a_renewal_in_flight_cannot_overtake_switching_off() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)
    held = asterisk.holds("POST", f"/channels/{LEG}/variable")

    async with renewing(leases), asyncio.TaskGroup() as group:
        leases.hold(LEG)
        await asyncio.sleep(RENEW_SECONDS * 1.5)
        off = group.create_task(leases.set(LEG, 0))
        await settle()
        before = written(asterisk)
        held.set_result(None)
        await off
        await asyncio.sleep(RENEW_SECONDS * 3)

    assert before == [LEASE_SECONDS]
    assert written(asterisk) == [LEASE_SECONDS, 0]


@virtual_time
async def test_a_renewal_that_waited_for_its_turn_is_not_sent_after_switching_off() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)
    crowd = [LegId(f"1770000000.{number}") for number in range(10, 18)]
    held = [asterisk.holds("POST", f"/channels/{leg_id}/variable") for leg_id in crowd]

    async with renewing(leases), asyncio.TaskGroup() as group:
        for leg_id in crowd:
            leases.hold(leg_id)
        await asyncio.sleep(RENEW_SECONDS * 1.1)
        leases.hold(LEG)
        await asyncio.sleep(RENEW_SECONDS)
        off = group.create_task(leases.set(LEG, 0))
        await settle()
        for answer in held:
            answer.set_result(None)
        await off

    assert written(asterisk) == [0]


@virtual_time
async def test_a_leg_whose_renewal_hangs_holds_up_no_other() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)
    held = asterisk.holds("POST", f"/channels/{LEG}/variable")

    async with renewing(leases):
        leases.hold(LEG)
        leases.hold(OTHER)
        await asyncio.sleep(RENEW_SECONDS * 4.5)
        held.set_result(None)

    assert written(asterisk, OTHER) == [LEASE_SECONDS] * 4
    assert written(asterisk) == [LEASE_SECONDS]


@virtual_time
async def test_a_prompt_is_covered_once_and_not_renewed_until_it_is_over() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG)
        await leases.cover(LEG, 12.7, "p01")
        await asyncio.sleep(12)
        during = written(asterisk)
        leases.uncover(LEG, "p01")
        await asyncio.sleep(RENEW_SECONDS)

    assert during == [12 + LEASE_SECONDS]
    assert written(asterisk) == [12 + LEASE_SECONDS, LEASE_SECONDS]


@pytest.mark.parametrize(
    ("broken_off_after", "leases_written"),
    [(0.3, [LEASE_SECONDS]), (1.2, [LEASE_SECONDS, LEASE_SECONDS])],
)
def test_a_short_prompt_that_is_broken_off_needs_no_other_lease_at_once(
    broken_off_after: float, leases_written: list[int]
) -> None:
    @virtual_time
    async def story() -> None:
        asterisk = ScriptedAsterisk()
        leases = Leases(asterisk.ari)

        async with renewing(leases):
            leases.hold(LEG)
            await leases.cover(LEG, 0.8, "p01")
            await asyncio.sleep(broken_off_after)
            leases.uncover(LEG, "p01")
            await settle()

        assert written(asterisk) == leases_written

    story()


@virtual_time
async def test_the_end_of_an_older_prompt_does_not_uncover_the_present_one() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG)
        await leases.cover(LEG, 5, "p01")
        await leases.cover(LEG, 20, "p02")
        leases.uncover(LEG, "p01")
        await asyncio.sleep(RENEW_SECONDS * 3)

    assert written(asterisk) == [5 + LEASE_SECONDS, 20 + LEASE_SECONDS]


@virtual_time
async def test_a_renewal_in_flight_cannot_shorten_the_lease_that_covers_a_prompt() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)
    held = asterisk.holds("POST", f"/channels/{LEG}/variable")

    async with renewing(leases), asyncio.TaskGroup() as group:
        leases.hold(LEG)
        await asyncio.sleep(RENEW_SECONDS * 1.5)
        covered = group.create_task(leases.cover(LEG, 30, "p01"))
        await settle()
        before = written(asterisk)
        held.set_result(None)
        await covered

    assert before == [LEASE_SECONDS]
    assert written(asterisk) == [LEASE_SECONDS, 30 + LEASE_SECONDS]


@pytest.mark.parametrize("status", [404, 400])
def test_a_leg_that_is_gone_is_not_renewed_again(status: int) -> None:
    @virtual_time
    async def story() -> None:
        asterisk = ScriptedAsterisk()
        asterisk.answers("POST", f"/channels/{LEG}/variable", status, {"message": "Channel not found"})
        leases = Leases(asterisk.ari)

        async with renewing(leases):
            leases.hold(LEG)
            await asyncio.sleep(RENEW_SECONDS * 4)

        assert written(asterisk) == [LEASE_SECONDS]

    story()


@virtual_time
async def test_a_renewal_without_an_answer_is_tried_again() -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", f"/channels/{LEG}/variable", None)
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG)
        await asyncio.sleep(RENEW_SECONDS * 3.5)

    assert written(asterisk) == [LEASE_SECONDS] * 3


@virtual_time
async def test_a_renewal_that_asterisk_refuses_harms_no_other() -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", f"/channels/{LEG}/variable", 401)
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG)
        leases.hold(OTHER)
        await asyncio.sleep(RENEW_SECONDS * 3.5)

    assert written(asterisk, OTHER) == [LEASE_SECONDS] * 3


@virtual_time
async def test_nothing_is_renewed_while_we_do_not_hear_what_happens() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG)
        leases.suspend()
        await asyncio.sleep(RENEW_SECONDS * 4)
        while_deaf = written(asterisk)
        leases.resume()
        await asyncio.sleep(RENEW_SECONDS)

    assert (while_deaf, written(asterisk)) == ([], [LEASE_SECONDS])


@virtual_time
async def test_after_standing_still_what_happened_meanwhile_is_read_before_anything_is_renewed() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualTimeLoop)

    async with renewing(leases):
        leases.hold(LEG)
        leases.hold(OTHER)
        await asyncio.sleep(RENEW_SECONDS / 2)
        loop.jump(20)
        loop.call_later(0.01, leases.drop, LEG)
        await asyncio.sleep(CATCH_UP_SECONDS * 1.5)

    assert (written(asterisk), written(asterisk, OTHER)) == ([], [LEASE_SECONDS])


@virtual_time
async def test_the_long_lease_of_a_prompt_is_made_short_again_as_soon_as_the_prompt_is_over() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG)
        await leases.cover(LEG, 20, "prompt")
        await asyncio.sleep(0.1)
        leases.uncover(LEG, "prompt")
        await settle()

        assert written(asterisk) == [20 + LEASE_SECONDS, LEASE_SECONDS]


@virtual_time
async def test_a_prompt_that_an_earlier_process_began_holds_up_no_renewal() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)

    async with renewing(leases):
        leases.hold(LEG, "prompt")
        leases.resume()
        await asyncio.sleep(RENEW_SECONDS * 3.5)
        while_it_played = written(asterisk)
        leases.uncover(LEG, "prompt")
        await settle()

    assert (while_it_played, written(asterisk)) == ([], [LEASE_SECONDS])


@virtual_time
async def test_a_leg_that_has_left_for_the_dialplan_gets_no_lease_until_it_comes_back() -> None:
    asterisk = ScriptedAsterisk()
    leases = Leases(asterisk.ari)

    leases.drop(LEG)
    await leases.cover(LEG, 20, "prompt")
    await leases.set(LEG, LEASE_SECONDS)
    while_away = written(asterisk)
    leases.hold(LEG)
    await leases.cover(LEG, 20, "prompt")

    assert (while_away, written(asterisk)) == ([], [20 + LEASE_SECONDS])
