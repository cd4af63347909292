"""Commands that ask the running program."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.cli_campaigns import told_outcomes
from app.cli_frame import Exit
from app.storage.audit import newest_changes
from app.storage.campaigns import create_campaign
from calls.facts import VoicemailLeft
from calls.ids import AgentId, CampaignId, RecordingId
from calls.words import AgentState, AttemptOutcome
from dialer.campaign import CampaignState
from tests.integration.console.bed import ANNA, CUSTOMER, DEALER, LIVE, Bed, apk_campaign
from tests.integration.console.command_line import call, call_beside
from tests.ports import free_port

CREATE = (
    *("campaign", "create", "tyres", "--dealer", "demo", "--name", "Wissel", "--kind", "tyres"),
    *("--basis", "consent", "--shown-number", "040 123 4567"),
)


async def test_agents_are_listed_for_people_and_for_machines(bed: Bed) -> None:
    for_people = await call_beside(bed, "agent", "list")
    for_machines = await call_beside(bed, "agent", "list", "--json")

    assert "anna" in for_people.stdout
    assert "logged_out" in for_people.stdout
    assert json.loads(for_machines.stdout)["agents"][0]["skills"] == {"sales": 8}


async def test_an_agent_is_led_through_the_day(bed: Bed) -> None:
    states = []
    for words in (("login",), ("pause", "--reason", "lunch"), ("resume",), ("wrap-up-done",), ("logout",)):
        result = await call_beside(bed, "agent", words[0], "anna", *words[1:])
        assert result.exit_code == 0, result.output
        states.append(bed.control.agent(ANNA).state)

    assert states == [
        AgentState.AVAILABLE,
        AgentState.PAUSED,
        AgentState.AVAILABLE,
        AgentState.AVAILABLE,
        AgentState.LOGGED_OUT,
    ]


async def test_an_agent_is_added_with_skills_and_the_audit_log_names_who_typed(bed: Bed) -> None:
    words = ("agent", "add", "bram", "--name", "Bram", "--endpoint", "PJSIP/bram")

    result = await call_beside(bed, *words, "--skill", "parts=7", "--skill", "sales=2", "--dealer", "demo")

    profile = bed.control.agent(AgentId("bram")).profile
    [entry] = await newest_changes(bed.database, 1)
    assert result.stdout == "bram is logged_out\n"
    assert (dict(profile.skills), profile.dealers) == ({"parts": 7, "sales": 2}, frozenset({DEALER}))
    assert entry.who.startswith("cli:")


async def test_of_an_agent_changes_what_is_given_and_the_rest_stays(bed: Bed) -> None:
    before = bed.control.agent(ANNA).profile

    skilled = await call_beside(bed, "agent", "change", "anna", "--skill", "parts=7", "--dealer", "demo")
    after = bed.control.agent(ANNA).profile
    widened = await call_beside(bed, "agent", "change", "anna", "--all-dealers", "--rescue")
    at_last = bed.control.agent(ANNA).profile

    assert skilled.stdout == f"anna: {before.name}, {before.endpoint}, parts 7, for demo\n"
    assert after == replace(before, skills=after.skills, dealers=frozenset({DEALER}))
    assert dict(after.skills) == {"parts": 7}
    assert widened.stdout.endswith("for every dealer\n")
    assert at_last == replace(after, dealers=None, rescue=True)


async def test_a_campaign_is_set_up_started_paced_and_stopped(bed: Bed) -> None:
    created = await call_beside(bed, *CREATE)
    started = await call_beside(bed, "campaign", "start", "tyres")
    paced = await call_beside(bed, "campaign", "pacing", "tyres", "--mode", "progressive", "--target", "0.01")
    shown = await call_beside(bed, "campaign", "pacing", "tyres", "--json")
    stopped = await call_beside(bed, "campaign", "stop", "tyres", "--reason", "rain", "--json")
    listed = await call_beside(bed, "campaign", "list")

    assert (created.stdout, started.stdout) == ("tyres is draft\n", "tyres is running\n")
    assert "1.00%" in paced.stdout
    assert json.loads(shown.stdout)["mode"] == "progressive"
    assert json.loads(stopped.stdout)["state"] == CampaignState.STOPPED
    assert "Wissel" in listed.stdout


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--mode", "power", "--ratio", "2"), {"power", "2.0", "50"}),
        (
            ("--mode", "preview_timed", "--preview-seconds", "20", "--max-skips", "1"),
            {"preview_timed", "20", "1"},
        ),
        (("--mode", "preview_manual"), {"preview_manual", "3"}),
        (("--mode", "predictive", "--call-off-late"), {"predictive", "called"}),
    ],
)
async def test_every_mode_can_be_chosen_while_a_campaign_runs(
    bed: Bed, words: tuple[str, ...], shown: set[str]
) -> None:
    changed = await call_beside(bed, "campaign", "pacing", "apk-may", *words)
    [entry] = await newest_changes(bed.database, 1)

    assert shown <= set(changed.stdout.split())
    assert (entry.action, len(bed.wakes)) == ("pacing", 1)


@pytest.mark.parametrize(
    "words", [("--ratio", "0.9"), ("--ratio", "3.1"), ("--preview-seconds", "4"), ("--max-skips", "101")]
)
async def test_a_mode_out_of_bounds_is_refused(bed: Bed, words: tuple[str, ...]) -> None:
    refused = await call_beside(bed, "campaign", "pacing", "apk-may", *words)

    assert refused.exit_code == Exit.REFUSED
    assert words[0].removeprefix("--").replace("-", "_") in refused.stderr
    assert bed.facts == []


async def test_a_campaign_is_meant_by_its_id_or_its_name(bed: Bed) -> None:
    by_id = await call_beside(bed, "campaign", "pacing", "apk-may")
    by_name = await call_beside(bed, "campaign", "pacing", "apk MEI")
    logged_in = await call_beside(bed, "agent", "login", "anna", "--campaign", "APK mei", "--json")

    assert by_id.exit_code == 0
    assert by_name.stdout == by_id.stdout
    assert json.loads(logged_in.stdout)["campaign"] == "apk-may"


async def test_a_name_that_several_campaigns_have_is_asked_about(bed: Bed) -> None:
    await create_campaign(bed.database, replace(apk_campaign(), campaign_id=CampaignId("apk-other")))

    result = await call_beside(bed, "campaign", "start", "APK mei")

    assert result.exit_code == Exit.REFUSED
    assert "apk-may, apk-other" in result.stderr


async def test_a_campaign_is_shown_in_figures(bed: Bed) -> None:
    for_people = await call_beside(bed, "campaign", "figures", "apk-may")
    for_machines = await call_beside(bed, "campaign", "figures", "apk-may", "--json")

    assert "2 (lookahead)" in for_people.stdout
    assert json.loads(for_machines.stdout)["since_start"]["attempts"] == 0


def test_the_figures_say_how_many_attempts_ended_in_which_way() -> None:
    outcomes = {AttemptOutcome.BUSY: 2, AttemptOutcome.FAILED: 57, AttemptOutcome.CONNECTED: 2}

    assert told_outcomes(outcomes) == "57 failed, 2 busy, 2 connected"
    assert told_outcomes({}) == "none"


async def test_messages_are_listed_with_the_number_to_call_back(bed: Bed) -> None:
    left_at = datetime(2026, 6, 2, 9, tzinfo=UTC)
    bed.publish(VoicemailLeft(left_at, LIVE, DEALER, RecordingId("message1"), CUSTOMER, 12.0, complete=True))
    assert await bed.stored()

    for_people = await call_beside(bed, "voicemail", "list")
    for_machines = await call_beside(bed, "voicemail", "list", "--dealer", "demo", "--json")

    assert CUSTOMER in for_people.stdout
    assert json.loads(for_machines.stdout)["voicemails"][0]["seconds"] == 12.0


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (("agent", "login", "nobody"), "dealerlijn agent list"),
        (("agent", "pause", "anna"), "log the agent in first"),
        (("agent", "pause", "anna", "--reason", "Two Words"), "reason"),
        (("agent", "login", "../campaigns"), "openapi.json"),
        (("campaign", "start", "nothing"), "dealerlijn campaign list"),
        ((*CREATE, "--profile", "demo"), "nl-consumer, nl-business"),
        (("agent", "add", "zoe", "--name", "Z", "--endpoint", "PJSIP/zoe"), "PJSIP/anna, PJSIP/bram"),
        (("campaign", "pacing", "apk-may", "--limit", "0.2"), "#/limit_ratio"),
        (("voicemail", "list", "--dealer", "other"), "demo"),
    ],
)
async def test_what_is_refused_says_what_to_do_and_ends_with_1(
    bed: Bed, words: tuple[str, ...], remedy: str
) -> None:
    result = await call_beside(bed, *words)

    assert result.exit_code == Exit.REFUSED
    assert remedy in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words",
    [
        ("agent", "nothing"),
        ("agent", "add", "bram", "--name", "B", "--endpoint", "PJSIP/b", "--skill", "sales"),
        ("agent", "change", "anna"),
        ("agent", "change", "anna", "--dealer", "demo", "--all-dealers"),
        ("voicemail", "list", "--limit", "0"),
    ],
)
def test_a_wrong_call_ends_with_2(words: tuple[str, ...]) -> None:
    assert call({}, *words).exit_code == 2


def test_missing_settings_end_with_3_and_are_named() -> None:
    result = call({}, "agent", "list")

    assert result.exit_code == Exit.SETTINGS
    assert "DEALERLIJN_API_TOKEN: is not set" in result.stderr


def test_a_program_that_does_not_run_ends_with_4_and_says_how_to_start_it() -> None:
    settings = {"DEALERLIJN_API_TOKEN": "x" * 24, "DEALERLIJN_HTTP_PORT": str(free_port())}

    result = call(settings, "campaign", "list")

    assert result.exit_code == Exit.UNREACHABLE
    assert "dealerlijn serve" in result.stderr
