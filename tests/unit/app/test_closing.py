import asyncio

from app.closing import left_over
from tests.fakes.virtual_time import virtual_time
from tests.unit.app.bed import a_bed


async def _runs_for(seconds: float) -> None:
    await asyncio.sleep(seconds)


@virtual_time
async def test_side_work_that_goes_on_is_left_over_and_what_runs_since_the_start_is_not() -> None:
    async with a_bed() as bed:
        bed.asterisk.answers("GET", "/channels", 200, [])
        bed.asterisk.answers("GET", "/bridges", 200, [])
        bed.tasks.start("journal", _runs_for(1000))
        bed.tasks.all_lasting()

        before = await left_over(bed.tasks, bed.asterisk.ari)
        bed.supervisor.spawn("dial an attempt", _runs_for(1000))

        assert before == 0
        assert await left_over(bed.tasks, bed.asterisk.ari) == 1
        assert bed.tasks.passing() == ["dial an attempt"]


@virtual_time
async def test_side_work_that_comes_to_its_end_is_waited_for() -> None:
    async with a_bed() as bed:
        bed.asterisk.answers("GET", "/channels", 200, [])
        bed.asterisk.answers("GET", "/bridges", 200, [])
        bed.supervisor.spawn("beep", _runs_for(2))

        assert await left_over(bed.tasks, bed.asterisk.ari) == 0


@virtual_time
async def test_an_asterisk_that_does_not_tell_counts_as_left_over() -> None:
    async with a_bed() as bed:
        bed.asterisk.answers("GET", "/channels", None)
        bed.asterisk.answers("GET", "/bridges", 200, [])

        assert await left_over(bed.tasks, bed.asterisk.ari) == 1
