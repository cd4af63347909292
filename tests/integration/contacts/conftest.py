from collections.abc import AsyncIterator

import pytest

from app.rdw.client import RdwRegister, open_register
from app.settings import RdwAccess
from tests.fakes.rdw_server import FakeRdw, serving


@pytest.fixture
def rdw() -> FakeRdw:
    return FakeRdw()


@pytest.fixture
async def access(rdw: FakeRdw) -> AsyncIterator[RdwAccess]:
    async with serving(rdw) as served:
        yield served


@pytest.fixture
async def register(access: RdwAccess) -> AsyncIterator[RdwRegister]:
    async def no_pause(_seconds: float) -> None:
        return

    async with open_register(access, no_pause) as opened:
        yield opened
