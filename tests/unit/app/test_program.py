import asyncio

import pytest

from app.ari.outcome import AriRequestError
from app.program import repeat
from tests.fakes.virtual_time import virtual_time

REFUSED = AriRequestError("GET", "/channels", "Authentication required")


@pytest.mark.parametrize("refused", [REFUSED, ExceptionGroup("asked together", [REFUSED, REFUSED])])
@virtual_time
async def test_what_is_repeated_rests_while_asterisk_is_out_of_reach_and_outlives_a_refusal(
    caplog: pytest.LogCaptureFixture, refused: Exception
) -> None:
    applications = [None, "dealerlijn", "dealerlijn-2", "dealerlijn-2"]
    done: list[str] = []

    async def work(application: str) -> None:
        done.append(application)
        if len(done) == 1:
            raise refused

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(repeat(10.0, lambda: applications.pop(0), work))
        await asyncio.sleep(35.0)  # three rounds
        running.cancel()

    assert done == ["dealerlijn", "dealerlijn-2"]
    assert [record.message for record in caplog.records] == ["asterisk refuses what it is asked"]
