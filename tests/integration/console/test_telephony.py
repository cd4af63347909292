import json

import pytest

from app.ami.errors import AmiDown, AmiRefused
from app.cli_doctor import trunk_finding
from app.cli_frame import Exit
from app.console import telephony
from app.console.client import ApiClient
from app.console.errors import ApiRefused
from app.console.telephony import Reload, TrunkAnswer
from app.control_errors import AsteriskAway, ControlError, ReloadRefused
from app.storage.audit import newest_changes
from calls.words import ReloadModule
from tests.integration.console.bed import Bed
from tests.integration.console.command_line import call_beside


async def test_phones_trunk_and_ways_are_shown(client: ApiClient) -> None:
    shown = await client.ask(telephony.SHOW_TELEPHONY)

    assert (shown.ari_live, shown.ami_live, shown.echo_seconds) == (True, True, 0.002)
    assert [(phone.name, phone.state) for phone in shown.phones] == [("anna", "unreachable")]
    assert [each.registered for each in shown.registrations] == [False]
    assert (shown.trunk.name, shown.trunk.state, shown.trunk.refuses) == ("trunk", "unreachable", True)


@pytest.mark.parametrize(
    ("state", "registered", "refuses", "words"),
    [
        ("unreachable", True, False, "does not answer Asterisk"),
        ("reachable", False, False, "is not registered as sip:dealer@example.org"),
        ("reachable", True, True, "refuses every call"),
    ],
)
async def test_the_doctor_says_what_is_wrong_with_the_trunk(
    client: ApiClient, state: str, registered: bool, refuses: bool, words: str
) -> None:
    shown = await client.ask(telephony.SHOW_TELEPHONY)
    [registration] = shown.registrations
    told = shown.model_copy(
        update={
            "trunk": TrunkAnswer(name="trunk", state=state, refuses=refuses),
            "registrations": [registration.model_copy(update={"registered": registered})],
        }
    )

    finding = trunk_finding(told)

    assert not finding.well
    assert words in finding.told


async def test_a_reload_is_done_and_audited(bed: Bed, client: ApiClient) -> None:
    await client.ask(telephony.RELOAD_TELEPHONY, Reload(module=ReloadModule.PJSIP))

    [entry] = await newest_changes(bed.database, 1)
    assert bed.telephony.reloaded == [ReloadModule.PJSIP]
    assert (entry.who, entry.action, entry.subject) == ("tester", "telephony_reloaded", "pjsip")


@pytest.mark.parametrize(
    ("error", "status", "remedy"),
    [
        (AsteriskAway(str(AmiDown("not connected"))), 503, "DEALERLIJN_AMI_HOST"),
        (ReloadRefused("queues", AmiRefused("Reload", "No such module").message), 409, "check-config"),
    ],
)
async def test_a_reload_that_fails_says_why_and_is_not_audited(
    bed: Bed, client: ApiClient, error: ControlError, status: int, remedy: str
) -> None:
    bed.telephony.error = error

    with pytest.raises(ApiRefused) as refused:
        await client.ask(telephony.RELOAD_TELEPHONY, Reload(module=ReloadModule.QUEUES))

    assert refused.value.problem.status == status
    assert remedy in refused.value.problem.remedy
    assert await newest_changes(bed.database, 1) == []


async def test_the_command_line_shows_and_reloads(bed: Bed) -> None:
    for_people = await call_beside(bed, "telephony", "status")
    for_machines = await call_beside(bed, "telephony", "status", "--json")
    reloaded = await call_beside(bed, "telephony", "reload", "dialplan")
    unknown = await call_beside(bed, "telephony", "reload", "everything")

    assert "NOT REGISTERED" in for_people.stdout
    assert "UNREACHABLE, REFUSES CALLS" in for_people.stdout
    assert "0.002 s" in for_people.stdout
    assert json.loads(for_machines.stdout)["phones"] == [{"name": "anna", "state": "unreachable"}]
    assert reloaded.stdout == "Asterisk has read dialplan again\n"
    assert bed.telephony.reloaded == [ReloadModule.DIALPLAN]
    assert unknown.exit_code == 2


async def test_a_reload_that_cannot_be_done_ends_with_1(bed: Bed) -> None:
    bed.telephony.error = AsteriskAway("not connected")

    result = await call_beside(bed, "telephony", "reload", "music")

    assert result.exit_code == Exit.REFUSED
    assert "not connected" in result.stderr
