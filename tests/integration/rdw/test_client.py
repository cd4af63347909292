from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import pytest

from app.rdw.client import QUESTIONS_AT_ONCE, RdwRegister, open_register
from app.settings import RdwAccess
from customers.errors import RegisterError, RegisterNonsense, RegisterRefused, RegisterUnreachable
from customers.plate import Plate
from customers.vehicle import UnreadableVehicle, Vehicle
from tests.fakes.rdw_server import FakeRdw, Fault, half_an_answer, says, serving, silence, status

PLATE = Plate("B123AE")
OTHER = Plate("B124AE")
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture
def rdw() -> FakeRdw:
    fake = FakeRdw()
    fake.register(PLATE, datum_eerste_toelating="20150318")
    return fake


class Sleeps:
    """Notes the pauses instead of waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def sleeps() -> Sleeps:
    return Sleeps()


@pytest.fixture
async def access(rdw: FakeRdw) -> AsyncIterator[RdwAccess]:
    async with serving(rdw) as served:
        yield served


@pytest.fixture
async def register(access: RdwAccess, sleeps: Sleeps) -> AsyncIterator[RdwRegister]:
    async with open_register(access, sleeps) as opened:
        yield opened


def plates(count: int) -> list[Plate]:
    return [Plate(f"B{number:03d}AE") for number in range(count)]


async def test_a_vehicle_is_told_and_an_unknown_plate_left_out(register: RdwRegister) -> None:
    found = await register.look_up([PLATE, OTHER])

    assert found == {PLATE: Vehicle(PLATE, "PROEF", "MODEL", date(2015, 3, 18), date(2026, 6, 12))}


async def test_a_vehicle_without_a_duty_of_inspection_has_no_date(
    rdw: FakeRdw, register: RdwRegister
) -> None:
    rdw.register(OTHER, apk=None)

    found = await register.look_up([OTHER])

    assert found[OTHER] == Vehicle(OTHER, "PROEF", "MODEL", None, None)


@pytest.mark.parametrize("written", ["20261399", "morgen", "2026-06-12", "", 20260612, ["20260612"]])
@pytest.mark.parametrize("column", ["vervaldatum_apk", "datum_eerste_toelating"])
async def test_a_date_that_is_none_costs_no_other_vehicle_of_the_question(
    rdw: FakeRdw, register: RdwRegister, column: str, written: object
) -> None:
    rdw.faults = [says([{"kenteken": PLATE, column: written}, {"kenteken": OTHER}])]

    found = await register.look_up([PLATE, OTHER])

    assert found == {
        PLATE: UnreadableVehicle(PLATE, f"its {column} is {written!r}, which is no date"),
        OTHER: Vehicle(OTHER, None, None, None, None),
    }


@pytest.mark.parametrize("written", ["a\0b", "\u202eFORP", "line\nline", "P" * 101])
@pytest.mark.parametrize("column", ["merk", "handelsbenaming"])
async def test_a_name_that_no_screen_could_show_costs_no_other_vehicle_of_the_question(
    rdw: FakeRdw, register: RdwRegister, column: str, written: str
) -> None:
    rdw.faults = [says([{"kenteken": PLATE, column: written}, {"kenteken": OTHER}])]

    found = await register.look_up([PLATE, OTHER])

    unreadable = found[PLATE]
    assert isinstance(unreadable, UnreadableVehicle)
    assert f"its {column} is" in unreadable.fault
    assert unreadable.fault.isprintable()
    assert found[OTHER] == Vehicle(OTHER, None, None, None, None)


async def test_a_register_that_writes_all_its_dates_in_another_way_fails_as_a_whole(
    rdw: FakeRdw, register: RdwRegister
) -> None:
    rdw.faults = [says([{"kenteken": plate, "vervaldatum_apk": "2026-06-12"} for plate in (PLATE, OTHER)])]

    with pytest.raises(RegisterNonsense, match="no vehicle"):
        await register.look_up([PLATE, OTHER])


async def test_many_plates_are_asked_in_few_questions_and_a_few_at_once(
    rdw: FakeRdw, register: RdwRegister
) -> None:
    many = plates(950)
    for plate in many:
        rdw.register(plate)

    found = await register.look_up(many)

    assert list(found) == many
    assert [len(question) for question in rdw.asked] == [100] * 9 + [50]
    assert 1 < rdw.most_at_once <= QUESTIONS_AT_ONCE


async def test_nothing_is_asked_about_no_plates(rdw: FakeRdw, register: RdwRegister) -> None:
    assert await register.look_up([]) == {}
    assert rdw.asked == []


@pytest.mark.parametrize(("token", "sent"), [("", None), ("a-token", "a-token")])
async def test_the_app_token_is_sent_when_there_is_one(
    rdw: FakeRdw, access: RdwAccess, token: str, sent: str | None
) -> None:
    async with open_register(replace(access, app_token=token)) as register:
        await register.look_up([PLATE])

    assert rdw.tokens == [sent]
    assert "a-token" not in repr(replace(access, app_token=token))


@pytest.mark.parametrize("fault", [status(503), status(500), status(429), half_an_answer])
async def test_a_passing_fault_is_asked_again(
    rdw: FakeRdw, register: RdwRegister, sleeps: Sleeps, fault: Fault
) -> None:
    rdw.faults = [fault, fault]

    found = await register.look_up([PLATE])

    assert list(found) == [PLATE]
    assert len(sleeps.seconds) == 2
    assert 1 <= sleeps.seconds[0] <= 1.5 < 2 <= sleeps.seconds[1] <= 3


async def test_the_wait_the_register_names_is_kept(
    rdw: FakeRdw, register: RdwRegister, sleeps: Sleeps
) -> None:
    rdw.faults = [status(429, Retry_After="20")]

    await register.look_up([PLATE])

    assert 20 <= sleeps.seconds[0] <= 30


@pytest.mark.parametrize(
    ("fault", "error", "tries", "remedy"),
    [
        (status(503), RegisterUnreachable, 4, "ask again later"),
        (half_an_answer, RegisterUnreachable, 4, "ask again later"),
        (status(429), RegisterRefused, 4, "DEALERLIJN_RDW_APP_TOKEN"),
        (status(429, Retry_After="3600"), RegisterRefused, 1, "DEALERLIJN_RDW_APP_TOKEN"),
        (status(403), RegisterRefused, 1, "DEALERLIJN_RDW_APP_TOKEN"),
        (status(404), RegisterRefused, 1, "DEALERLIJN_RDW_URL"),
        (status(302, Location="http://127.0.0.1:9/"), RegisterRefused, 1, "DEALERLIJN_RDW_URL"),
        (says("<html>Welkom</html>"), RegisterNonsense, 1, "DEALERLIJN_RDW_URL"),
        (says('[{"kenteken": "B123'), RegisterNonsense, 1, "DEALERLIJN_RDW_URL"),
        (says('{"kenteken": "B123AE"}'), RegisterNonsense, 1, "DEALERLIJN_RDW_URL"),
        (says([{"kenteken": 7}]), RegisterNonsense, 1, "DEALERLIJN_RDW_URL"),
        (says([{"kenteken": "B999ZE"}]), RegisterNonsense, 1, "DEALERLIJN_RDW_URL"),
        (says(" " * 2_000_000), RegisterNonsense, 1, "DEALERLIJN_RDW_URL"),
        (says(f'[{{"kenteken": "B123AE", "merk": {DEEP}}}]'), RegisterNonsense, 1, "DEALERLIJN_RDW_URL"),
        (
            says(f'[{{"kenteken": "B123AE", "vervaldatum_apk": {DEEP}}}]'),
            RegisterNonsense,
            1,
            "DEALERLIJN_RDW_URL",
        ),
        (says(f'[{{"kenteken": "B123AE", "x": {DEEP}}}]'), RegisterNonsense, 1, "DEALERLIJN_RDW_URL"),
    ],
)
async def test_a_lasting_fault_is_told_with_its_remedy(
    rdw: FakeRdw, register: RdwRegister, fault: Fault, error: type[RegisterError], tries: int, remedy: str
) -> None:
    rdw.always = fault

    with pytest.raises(error) as caught:
        await register.look_up([PLATE])

    assert len(rdw.asked) == tries
    assert remedy in caught.value.remedy


async def test_one_question_that_fails_fails_them_all(rdw: FakeRdw, register: RdwRegister) -> None:
    rdw.faults = [status(404)]

    with pytest.raises(RegisterRefused):
        await register.look_up(plates(300))


async def test_a_silent_register_is_given_up(rdw: FakeRdw, access: RdwAccess, sleeps: Sleeps) -> None:
    rdw.always = silence

    async with open_register(access, sleeps, limit_seconds=0.05) as register:
        with pytest.raises(RegisterUnreachable, match="no answer in time"):
            await register.look_up([PLATE])


async def test_a_dead_register_is_told(sleeps: Sleeps) -> None:
    async with serving(FakeRdw()) as access:
        pass

    async with open_register(access, sleeps) as register:
        with pytest.raises(RegisterUnreachable, match="out of reach"):
            await register.look_up([PLATE])
