import json
from dataclasses import replace

import pytest
from pydantic import ValidationError

from app.console import campaigns
from app.console.calls import LIST_CHANGES
from app.console.campaigns import NewCampaign, Pacing, PacingPatch, Start, Stop
from app.console.client import ApiClient
from app.console.errors import ApiRefused
from app.storage.campaigns import create_campaign, get_campaign
from calls.facts import CampaignStarted, CampaignStopped, Fact, PacingChanged
from calls.ids import CampaignId
from calls.words import Department
from dialer.campaign import CampaignKind, CampaignState, DialMode, LegalBasis
from tests.integration.console.bed import APK, DEALER, Bed, apk_campaign


def new_campaign(**changes: object) -> NewCampaign:
    fields: dict[str, object] = {
        "id": "tyres-autumn",
        "dealer": "demo",
        "name": "Wintertyres",
        "kind": CampaignKind.TYRES,
        "basis": LegalBasis.CONSENT,
        "shown_number": "040 123 4567",
    }
    return NewCampaign.model_validate(fields | changes)


@pytest.mark.parametrize(
    ("changes", "department"),
    [
        ({}, Department.WORKSHOP),
        ({"kind": CampaignKind.HAPPY_CALL}, Department.RECEPTION),
        ({"return_department": Department.SALES}, Department.SALES),
    ],
)
async def test_who_calls_back_is_served_by_the_department_of_the_kind_or_the_one_that_was_chosen(
    client: ApiClient, changes: dict[str, object], department: Department
) -> None:
    created = await client.ask(campaigns.CREATE_CAMPAIGN, new_campaign(**changes))

    assert created.return_department is department
    assert (await client.ask(campaigns.LIST_CAMPAIGNS)).campaigns[-1].return_department is department


@pytest.mark.parametrize("name", ["0612345678", "jan-06-12345678"])
def test_a_phone_number_is_no_name_for_a_campaign_since_metrics_show_it(name: str) -> None:
    with pytest.raises(ValidationError, match="phone number"):
        new_campaign(id=name)


async def test_a_new_campaign_is_a_draft_with_its_number_in_e164(bed: Bed, client: ApiClient) -> None:
    created = await client.ask(campaigns.CREATE_CAMPAIGN, new_campaign())

    stored = await get_campaign(bed.database, CampaignId("tyres-autumn"))
    assert (created.state, created.shown_number) == (CampaignState.DRAFT, "+31401234567")
    assert (stored.name, stored.shown_number) == ("Wintertyres", "+31401234567")
    assert len(bed.wakes) == 1


@pytest.mark.parametrize(
    ("changes", "status", "word"),
    [
        ({"id": "apk-may"}, 409, "another"),
        ({"dealer": "other"}, 422, "demo"),
        ({"profile": "nl-other"}, 422, "nl-consumer"),
        ({"profile": "demo"}, 422, "one of nl-consumer, nl-business"),
        ({"name": "apk MEI"}, 409, "apk-may"),
        ({"ring_seconds": 5}, 422, "ring_seconds"),
        ({"basis": LegalBasis.EXISTING_CONTRACT}, 422, "basis_forbidden"),
        ({"shown_number": "040 123 4568"}, 422, "+31401234567"),
        ({"return_department": Department.PARTS}, 422, "#/return_department"),
        ({"pacing": Pacing(target_ratio=0.03, limit_ratio=0.02)}, 422, "#/pacing/target_ratio"),
        ({"pacing": Pacing(target_ratio=0.03, limit_ratio=0.05)}, 422, "#/pacing/limit_ratio"),
    ],
)
async def test_a_campaign_that_cannot_be_is_refused_with_a_remedy(
    client: ApiClient, changes: dict[str, object], status: int, word: str
) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(campaigns.CREATE_CAMPAIGN, new_campaign(**changes))

    assert refused.value.problem.status == status
    assert word in refused.value.problem.model_dump_json()


async def test_a_campaign_without_a_profile_gets_its_dealers(client: ApiClient) -> None:
    silent = await client.ask(campaigns.CREATE_CAMPAIGN, new_campaign())
    outspoken = await client.ask(
        campaigns.CREATE_CAMPAIGN, new_campaign(id="recall", name="Recall", profile="nl-consumer")
    )

    assert (silent.profile, outspoken.profile) == ("nl-business", "nl-consumer")


@pytest.mark.parametrize(("profile", "word"), [("demo", "demo-profile"), ("gone", "unknown-profile")])
async def test_a_campaign_that_could_never_dial_is_not_started(
    bed: Bed, client: ApiClient, profile: str, word: str
) -> None:
    stored = replace(apk_campaign(), campaign_id=CampaignId("old"), profile=profile)
    await create_campaign(bed.database, stored)

    with pytest.raises(ApiRefused) as refused:
        await client.ask(campaigns.START_CAMPAIGN, campaign_id="old")

    assert (refused.value.problem.status, refused.value.problem.type.rpartition(":")[2]) == (422, word)
    assert "nl-consumer" in refused.value.problem.remedy
    assert (await get_campaign(bed.database, CampaignId("old"))).state is CampaignState.DRAFT


async def test_starting_and_stopping_is_stored_told_and_audited(bed: Bed, client: ApiClient) -> None:
    await client.ask(campaigns.START_CAMPAIGN, campaign_id="apk-may")
    stopped = await client.ask(campaigns.STOP_CAMPAIGN, Stop(reason="holiday"), campaign_id="apk-may")

    audit = await client.ask(LIST_CHANGES)
    assert [_told(fact) for fact in bed.facts] == [
        ("started", "tester", ""),
        ("stopped", "tester", "holiday"),
    ]
    assert stopped.state is CampaignState.STOPPED
    assert (await get_campaign(bed.database, APK)).state is CampaignState.STOPPED
    assert [change.action for change in audit.changes] == ["campaign_stopped", "campaign_running"]
    assert len(bed.wakes) == 2


async def test_starting_a_running_campaign_changes_nothing(bed: Bed, client: ApiClient) -> None:
    await client.ask(campaigns.START_CAMPAIGN, campaign_id="apk-may")
    await client.ask(campaigns.START_CAMPAIGN, campaign_id="apk-may")

    assert len(bed.facts) == 1


async def test_no_campaign_starts_by_a_clock_in_doubt_unless_somebody_says_it_is_right_which_is_audited(
    bed: Bed, client: ApiClient
) -> None:
    await client.ask(campaigns.START_CAMPAIGN, campaign_id="apk-may")
    bed.doubts.append(True)
    with pytest.raises(ApiRefused) as refused:
        await client.ask(campaigns.START_CAMPAIGN, campaign_id="apk-may")
    await client.ask(campaigns.START_CAMPAIGN, Start(clock_is_right=True), campaign_id="apk-may")
    await client.ask(campaigns.START_CAMPAIGN, campaign_id="apk-may")

    problem = refused.value.problem
    assert (problem.status, problem.type) == (409, "urn:dealerlijn:problem:clock-in-doubt")

    audit = await client.ask(LIST_CHANGES)
    assert [change.action for change in audit.changes] == ["clock_confirmed", "campaign_running"]


async def test_pacing_can_be_changed_while_it_runs(bed: Bed, client: ApiClient) -> None:
    patch = PacingPatch(mode=DialMode.PROGRESSIVE, target_ratio=0.01, call_off_late=True)

    changed = await client.ask(campaigns.CHANGE_PACING, patch, campaign_id="apk-may")

    [fact] = bed.facts
    assert isinstance(fact, PacingChanged)
    assert (fact.who, json.loads(fact.before)["target_ratio"], json.loads(fact.after)["target_ratio"]) == (
        "tester",
        0.015,
        0.01,
    )
    assert changed == Pacing(mode=DialMode.PROGRESSIVE, target_ratio=0.01, call_off_late=True)
    assert await client.ask(campaigns.GET_PACING, campaign_id="apk-may") == changed
    assert (await client.ask(LIST_CHANGES)).changes[0].action == "pacing"
    assert len(bed.wakes) == 1


@pytest.mark.parametrize(
    ("patch", "pointers"),
    [
        (PacingPatch(limit_ratio=0.04), ["#/limit_ratio"]),
        (PacingPatch(target_ratio=0.031), ["#/target_ratio"]),
        (PacingPatch(limit_ratio=0.01), ["#/target_ratio"]),
        (PacingPatch(limit_ratio=0.5, target_ratio=0.6), ["#/limit_ratio", "#/target_ratio"]),
    ],
)
async def test_pacing_stays_within_the_law_whatever_is_asked(
    bed: Bed, client: ApiClient, patch: PacingPatch, pointers: list[str]
) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(campaigns.CHANGE_PACING, patch, campaign_id="apk-may")

    assert [error.pointer for error in refused.value.problem.errors] == pointers
    assert (await get_campaign(bed.database, APK)).pacing.limit_ratio == 0.03
    assert bed.facts == []


async def test_the_figures_show_attempts_agents_and_the_last_decision(client: ApiClient) -> None:
    figures = await client.ask(campaigns.GET_FIGURES, campaign_id="apk-may")

    assert figures.decision is not None
    assert (figures.decision.reason, figures.decision.calls_to_place) == ("lookahead", 2)
    assert (figures.since_start.attempts, figures.last_24_hours.abandon_ratio) == (0, None)
    assert sum(figures.agents.values()) == 0


async def test_the_figures_show_how_honest_the_chances_of_an_answer_were(client: ApiClient) -> None:
    figures = await client.ask(campaigns.GET_FIGURES, campaign_id="apk-may")

    assert figures.calibration is not None
    assert (figures.calibration.brier, figures.calibration.brier_alike) == (0.15, 0.2)
    assert figures.calibration.bins[0].mean_chance == 0.05


async def test_every_campaign_is_listed(client: ApiClient) -> None:
    listed = await client.ask(campaigns.LIST_CAMPAIGNS)

    assert [(campaign.id, campaign.dealer) for campaign in listed.campaigns] == [(APK, DEALER)]
    assert listed.campaigns[0] == await client.ask(campaigns.GET_CAMPAIGN, campaign_id="apk-may")


def _told(fact: Fact) -> tuple[str, str, str]:
    match fact:
        case CampaignStarted():
            return "started", fact.who, ""
        case CampaignStopped():
            return "stopped", fact.who, fact.reason
        case _:
            raise AssertionError(fact)
