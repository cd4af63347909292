from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from app.dealers import load_dealers
from app.dealers_errors import DealersError
from calls.ids import DealerId
from calls.words import Department
from dialer.campaign import CampaignKind
from ivr.hours import Block, is_open
from routing.skills import Relaxation, SkillRequirement

ROOT = Path(__file__).parents[2]
DEMO = DealerId("demo")
SMALL = """
[dealers.demo]
name = "Demo"
ddis = ["+31401234567"]
calling_profile = "nl-consumer"
[dealers.demo.hours]
monday = ["08:00-12:30", "13:00-24:00"]
exceptions = [{ date = 2026-12-24, open = ["08:00-12:00"] }]
[dealers.demo.menu]
choices = { 1 = "sales" }
default = "sales"
[dealers.demo.queues.sales]
requires = { sales = 5 }
relaxations = [{ after_seconds = 20, skill = "sales", level = 0 }]
"""


def written(folder: Path, text: str, name: str = "dealers.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def faults(folder: Path, text: str) -> dict[str, str]:
    with pytest.raises(DealersError) as error:
        load_dealers(written(folder, text))
    assert all(fault.remedy for fault in error.value.faults)
    assert all(str(fault) in str(error.value) for fault in error.value.faults)
    return {fault.key: f"{fault.problem}: {fault.remedy}" for fault in error.value.faults}


def test_the_demo_dealer_is_reached_at_its_number_in_every_spelling() -> None:
    dealers = load_dealers(ROOT / "dealers.toml")

    demo = dealers.dealers[DEMO]

    assert all(dealers.at_number(text) is demo for text in ("+31401234567", "31401234567", "0401234567"))
    assert dealers.at_number("+31401234568") is None
    assert dealers.at_number("s;DROP") is None
    assert len(dealers.phones) == 8
    assert set(demo.queues) == set(Department)
    assert demo.entry.menu.choices == {
        "1": Department.SALES,
        "2": Department.PARTS,
        "3": Department.WORKSHOP,
        "0": Department.RECEPTION,
    }


def test_laid_over_for_the_demo_the_dealer_is_always_open() -> None:
    demo = load_dealers(ROOT / "dealers.toml", ROOT / "dealers.demo.toml").dealers[DEMO]

    moments = [datetime(2026, 12, day, hour, tzinfo=UTC) for day in range(18, 32) for hour in range(24)]

    assert all(is_open(demo.hours, moment).open for moment in moments)


def test_the_plans_say_what_the_file_says(tmp_path: Path) -> None:
    dealer = load_dealers(written(tmp_path, SMALL)).dealers[DEMO]

    queue = dealer.queues[Department.SALES]

    assert dealer.hours.weekly[0] == (Block(time(8), time(12, 30)), Block(time(13), time(0)))
    assert dealer.hours.weekly[1:] == ((),) * 6
    assert dealer.hours.exceptions == {date(2026, 12, 24): (Block(time(8), time(12)),)}
    assert queue.requirements == (SkillRequirement("sales", 5),)
    assert queue.relaxations == (Relaxation(20, "sales", 0),)
    assert (queue.ring_seconds, queue.short_abandon_seconds, dealer.service_level_seconds) == (15, 5, 20)


def test_messages_are_taken_only_with_a_voicemail_table(tmp_path: Path) -> None:
    without = load_dealers(written(tmp_path, SMALL)).dealers[DEMO].entry.voicemail
    table = "[dealers.demo.voicemail]\nmax_seconds = 60\n"
    voicemail = load_dealers(written(tmp_path, SMALL + table)).dealers[DEMO].entry.voicemail

    assert without is None
    assert voicemail is not None
    assert (voicemail.offer_prompt, voicemail.min_seconds, voicemail.max_seconds) == (
        "voicemail-offer",
        2,
        60,
    )


def test_a_prompt_can_be_replaced_by_name(tmp_path: Path) -> None:
    text = SMALL + '[dealers.demo.prompts]\nwelcome = "welcome-demo"\n'

    entry = load_dealers(written(tmp_path, text)).dealers[DEMO].entry

    assert (entry.welcome_prompt, entry.menu.miss_prompt) == ("welcome-demo", "menu-miss")


def test_a_dealer_has_an_information_message_of_its_own_and_another_for_a_kind_of_campaign(
    tmp_path: Path,
) -> None:
    text = (
        SMALL
        + """
    [dealers.demo.prompts]
    information_message = "called-by-demo"
    information_messages = { mailing = "called-by-demo-mailing" }
    """
    )

    dealers = load_dealers(written(tmp_path, text))
    demo = dealers.dealers[DEMO]

    assert demo.information_for(CampaignKind.APK) == "called-by-demo"
    assert demo.information_for(CampaignKind.MAILING) == "called-by-demo-mailing"
    assert {"called-by-demo", "called-by-demo-mailing"} <= dealers.prompts
    assert dealers.information_for(None) == "information-message"


def test_a_kind_of_campaign_that_is_none_is_no_place_for_an_information_message(tmp_path: Path) -> None:
    text = SMALL + '[dealers.demo.prompts]\ninformation_messages = { recal = "x" }\n'

    with pytest.raises(DealersError, match=r"information_messages"):
        load_dealers(written(tmp_path, text))


def test_all_faults_are_told_at_once_each_with_its_key_and_a_remedy(tmp_path: Path) -> None:
    text = """
    colour = "red"
    phones = [{ name = "anna" }, { name = "anna" }, { name = "trunk" }, { name = "Bram" }, { name = "9" }]
    [dealers.demo]
    name = "Demo"
    ddis = ["040 123 4567", "none", "+31401234568"]
    calling_profile = "mars"
    [dealers.demo.hours]
    monday = ["08:00-18:00", "17:00-19:00"]
    tuesday = ["18:00-08:00"]
    wednesday = ["all day"]
    holidays = ["Sinterklaas"]
    exceptions = [{ date = 2026-12-24, open = [] }, { date = 2026-12-24, open = ["09:00-12:00"] }]
    [dealers.demo.menu]
    choices = { 1 = "sales", x = "parts" }
    [dealers.demo.queues.sales]
    requires = { sales = 11 }
    ring_seconds = "long"
    [dealers.demo.queues.garage]
    [dealers.other]
    name = "Other"
    ddis = ["+31401234568"]
    calling_profile = "nl-consumer"
    hours = {}
    menu = { choices = { 1 = "parts" } }
    [dealers.other.queues.sales]
    requires = { sales = 5 }
    relaxations = [{ after_seconds = 20, skill = "sales", level = 5 }]
    [dealers.third]
    """

    found = faults(tmp_path, text)

    assert found["colour"] == "is not known: remove it, or correct its spelling"
    assert found["phones[0].name"] == "'anna' is there twice: name each phone once"
    assert found["dealers.demo.ddis[0]"] == "is not written in full: write +31401234567"
    assert found["dealers.demo.ddis[1]"].startswith("not a phone number: ")
    assert found["dealers.demo.ddis[2]"] == found["dealers.other.ddis[0]"]
    assert found["dealers.demo.calling_profile"].startswith("'mars' is no calling profile: choose from ")
    assert found["dealers.demo.hours.exceptions"] == (
        "the same date is there twice (2026-12-24): write all hours of a date in one exception"
    )
    assert (
        found["phones[2].name"] == "'trunk' means something else in pjsip.conf: give the phone another name"
    )
    assert found["phones[3].name"].startswith("'Bram' can be no phone's name: ")
    assert found["phones[4].name"].startswith("'9' can be no phone's name: ")
    assert found["dealers.third.name"] == "is missing: add it"
    assert {
        "dealers.demo.hours.monday",
        "dealers.demo.hours.tuesday[0]",
        "dealers.demo.hours.wednesday[0]",
        "dealers.demo.hours.holidays[0]",
        "dealers.demo.menu.choices.x",
        "dealers.demo.queues.sales.requires.sales",
        "dealers.demo.queues.sales.ring_seconds",
        "dealers.demo.queues.garage",
        "dealers.other.queues.sales",
    } <= set(found)


def test_the_profile_for_simulated_people_is_no_dealers(tmp_path: Path) -> None:
    text = SMALL.replace("nl-consumer", "demo")

    assert faults(tmp_path, text) == {
        "dealers.demo.calling_profile": "'demo' is no calling profile: choose from nl-consumer, nl-business"
    }


def test_a_menu_may_not_lead_to_a_department_without_a_queue(tmp_path: Path) -> None:
    text = SMALL.replace('default = "sales"', 'default = "reception"')

    assert faults(tmp_path, text) == {
        "dealers.demo.menu": "leads to departments without a queue (reception): "
        "add a queue for each, or lead elsewhere"
    }


@pytest.mark.parametrize(
    "relaxations",
    [
        '[{ after_seconds = 20, skill = "sales", level = 2 }, { after_seconds = 20, skill = "sales", level = 1 }]',
        '[{ after_seconds = 20, skill = "parts", level = 2 }]',
        '[{ after_seconds = 20, skill = "sales", level = 7 }]',
    ],
)
def test_a_relaxation_asks_less_and_later_than_the_one_before(tmp_path: Path, relaxations: str) -> None:
    text = SMALL.replace('[{ after_seconds = 20, skill = "sales", level = 0 }]', relaxations)

    assert list(faults(tmp_path, text)) == ["dealers.demo.queues.sales"]


def test_a_fault_names_the_file_that_has_it(tmp_path: Path) -> None:
    base = written(tmp_path, SMALL + "ring_seconds = 1\n")
    override = written(tmp_path, "[dealers.demo.hours]\nmonday = ['soon']\n", "override.toml")

    with pytest.raises(DealersError) as error:
        load_dealers(base, override)

    assert {(Path(fault.file).name, fault.key) for fault in error.value.faults} == {
        ("dealers.toml", "dealers.demo.queues.sales.ring_seconds"),
        ("override.toml", "dealers.demo.hours.monday[0]"),
    }


def test_a_file_that_is_no_toml_or_not_there_is_told(tmp_path: Path) -> None:
    broken = faults(tmp_path, "[dealers")

    with pytest.raises(DealersError, match="cannot be read"):
        load_dealers(tmp_path / "nowhere.toml")

    assert broken[""].startswith("is no TOML (")


def test_an_installation_has_profiles_of_its_own_in_a_folder_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "mornings.toml").write_text(
        'based_on = "nl-consumer"\n[hours]\nmonday = "09:00-12:00"\n', encoding="utf-8"
    )
    text = 'calling_profiles = "profiles"\n' + SMALL.replace("nl-consumer", "mornings")

    dealers = load_dealers(written(tmp_path, text))

    assert dealers.dealers[DEMO].calling_profile == "mornings"
    assert dealers.profiles.real_names == ("nl-consumer", "nl-business", "mornings")


def test_what_is_wrong_with_a_profile_is_told_with_the_other_faults(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "sundays.toml").write_text(
        'based_on = "nl-consumer"\n[hours]\nsunday = "09:00-12:00"\n', encoding="utf-8"
    )

    found = faults(tmp_path, 'calling_profiles = "profiles"\n' + SMALL.replace("+31401234567", "12"))

    assert {"hours.sunday", "dealers.demo.ddis[0]"} <= set(found)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("wrap_up_seconds", "inf"),
        ("wrap_up_seconds", "1e12"),
        ("still_waiting_seconds", "inf"),
        ("priority", "3000000000"),
    ],
)
def test_an_amount_that_time_or_the_database_cannot_hold_is_a_fault(
    tmp_path: Path, option: str, value: str
) -> None:
    assert list(faults(tmp_path, f"{SMALL}{option} = {value}\n")) == [f"dealers.demo.queues.sales.{option}"]


def test_a_dealer_is_not_called_by_a_phone_number(tmp_path: Path) -> None:
    found = faults(tmp_path, SMALL.replace("dealers.demo", "dealers.040-1234567"))

    assert list(found) == ["dealers.040-1234567"]


@pytest.mark.parametrize("ddis", ["5", "1.5", "true", "{a = 1}", '"+31401234567"'])
def test_numbers_that_are_no_list_are_a_fault(tmp_path: Path, ddis: str) -> None:
    assert any(
        key.startswith("dealers.other.ddis")
        for key in faults(tmp_path, f"{SMALL}\n[dealers.other]\nddis = {ddis}\n")
    )


def test_tables_within_tables_without_end_are_no_toml(tmp_path: Path) -> None:
    assert faults(tmp_path, "a=" + "[" * 50_000)[""].startswith("is no TOML (")
