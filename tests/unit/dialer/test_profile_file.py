from datetime import time
from pathlib import Path

import pytest

from dialer.campaign import CampaignKind, LegalBasis
from dialer.errors import FileFaults
from dialer.profile_file import profiles_with, shipped_profiles
from dialer.profiles import CallingProfile, Hours, carries

CONSUMER = shipped_profiles().named("nl-consumer")


def made(raw: dict[str, object], name: str = "evening") -> CallingProfile:
    return profiles_with({Path(f"profiles/{name}.toml"): raw}).named(name)


def faults(raw: dict[str, object], name: str = "evening") -> dict[str, str]:
    with pytest.raises(FileFaults) as error:
        made(raw, name)
    assert str(error.value).startswith(f"profiles/{name}.toml: ")
    return {fault.key: f"{fault.problem}: {fault.remedy}" for fault in error.value.faults}


def test_a_profile_says_only_what_differs_from_the_one_it_is_made_from() -> None:
    profile = made(
        {"based_on": "nl-consumer", "max_attempts": 2, "hours": {"monday": "17:00-20:00", "saturday": ""}}
    )

    assert profile.name == "evening"
    assert profile.week[0] == Hours(time(17), time(20))
    assert profile.week[5] is None
    assert profile.week[1] == CONSUMER.week[1]
    assert profile.max_attempts == 2
    assert profile.early_stops == CONSUMER.early_stops


def test_a_profile_of_the_program_is_narrowed_under_its_own_name() -> None:
    assert made({"max_attempts": 1}, "nl-consumer").max_attempts == 1


@pytest.mark.parametrize(
    ("wider", "key"),
    [
        ({"hours": {"monday": "08:59-22:00"}}, "hours.monday"),
        ({"hours": {"sunday": "12:00-13:00"}}, "hours.sunday"),
        ({"early_stops": {"12-24": "18:01"}}, "early_stops.12-24"),
        ({"retry_after_minutes": {"busy": 10}}, "retry_after_minutes.busy"),
        ({"bases": {"existing_contract": ["tyres"]}}, "bases.existing_contract"),
        ({"holiday_country": ""}, "holiday_country"),
        ({"countries": ["NL", "BE"]}, "countries"),
        ({"max_attempts": 4}, "max_attempts"),
        ({"max_attempts_per_day": 2}, "max_attempts_per_day"),
        ({"after_abandon_hours": 71}, "after_abandon_hours"),
        ({"after_refusal_days": 27}, "after_refusal_days"),
    ],
)
def test_wider_than_the_law_needs_a_name_and_a_reason(wider: dict[str, object], key: str) -> None:
    why = {"widened_by": "J. Jansen, advocaat: schriftelijk advies 12 mei 2026"}

    found = faults({"based_on": "nl-consumer", **wider})

    assert list(found) == [key]
    assert "widened_by" in found[key]
    assert made({"based_on": "nl-consumer", **wider, **why}).widened_by == why["widened_by"]


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({}, "based_on"),
        ({"based_on": "demo"}, "based_on"),
        ({"based_on": "nl-consumer", "max_atempts": 1}, "max_atempts"),
        ({"based_on": "nl-consumer", "hours": {"monday": "25:00-26:00"}}, "hours.monday"),
        ({"based_on": "nl-consumer", "hours": {"monday": "12:00-09:00"}}, "hours.monday"),
        ({"based_on": "nl-consumer", "early_stops": {"13-40": "18:00"}}, "early_stops.13-40"),
        ({"based_on": "nl-consumer", "timezone": "Europe/Atlantis"}, "timezone"),
        ({"based_on": "nl-consumer", "dialled_kinds": ["premium"]}, "dialled_kinds"),
        ({"based_on": "nl-consumer", "countries": []}, "countries"),
        ({"based_on": "nl-consumer", "countries": ["Belgium"], "widened_by": "A, b"}, "countries[0]"),
        ({"based_on": "nl-consumer", "limit_ratio": 0.04, "widened_by": "A, b"}, "limit_ratio"),
        ({"based_on": "nl-consumer", "min_ring_seconds": 10, "widened_by": "A, b"}, "min_ring_seconds"),
        ({"based_on": "nl-consumer", "max_attempts": 4, "widened_by": "because"}, "widened_by"),
    ],
)
def test_what_cannot_be_is_told_by_its_key(raw: dict[str, object], key: str) -> None:
    assert list(faults(raw)) == [key]


def test_every_fault_of_a_file_is_told_at_once() -> None:
    found = faults({"based_on": "nl-consumer", "max_attempts": "many", "hours": {"noday": "09:00-10:00"}})

    assert list(found) == ["max_attempts", "hours.noday"]


@pytest.mark.parametrize("name", ["nl-consumer", "nl-business"])
def test_since_july_2026_a_contract_carries_no_commercial_call(name: str) -> None:
    profile = shipped_profiles().named(name)

    commercial = (CampaignKind.TYRES, CampaignKind.MAILING)

    assert not any(carries(profile, LegalBasis.EXISTING_CONTRACT, kind) for kind in commercial)
    assert all(carries(profile, LegalBasis.CONSENT, kind) for kind in CampaignKind)
    assert [kind for kind in CampaignKind if carries(profile, LegalBasis.LEGAL_DUTY, kind)] == [
        CampaignKind.RECALL
    ]
