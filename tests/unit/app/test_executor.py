import pytest

from app.ari.executor import Dial, Executor, caller_id, dial_string
from app.ari.joins import Joins
from app.ari.leases import LEASE_SECONDS, Leases
from app.ari.outcome import AriRequestError
from app.machine.detectors import AppAmd, Features
from calls.commands import (
    AnswerLeg,
    CloseBridge,
    Command,
    Detect,
    HangUp,
    JoinPeople,
    JoinQueue,
    LeaveToMessage,
    ListenIn,
    PlayPrompts,
    RingAgent,
    SetLease,
    SetTimer,
    StartMusic,
    StartRecording,
    StopMusic,
    StopPrompts,
    StopRecording,
)
from calls.ids import AgentId, PlaybackId, RecordingId, bridge_of, call_uuid, listener_leg, offer_leg
from calls.numbers import PhoneNumber
from calls.words import Department, HangupCause, MachineDetection
from tests.fakes.scripted_asterisk import ScriptedAsterisk, bridge
from tests.unit.app.people import ANNA, CALLER, call_id

CALL = call_id(1)
OFFER = offer_leg(CALL, 0)
BRIDGE = bridge_of(CALL)
LISTENER = listener_leg(CALL)
PLAYBACK = PlaybackId(f"{CALL}-p01")
RECORDING = RecordingId(f"{CALL}-v00")
DIAL = Dial(OFFER, "PJSIP/anna", "agent-offered", 17, '"x" <x>', {"DL_CALL": OFFER})
REFUSAL = {"message": "No such channel"}


def executor_on(asterisk: ScriptedAsterisk) -> Executor:
    endpoints = {ANNA: "PJSIP/anna"}
    return Executor(
        asterisk.ari,
        Leases(asterisk.ari),
        Joins(),
        lambda: "dealerlijn",
        endpoints.get,
        lambda _name: 4.5,
        {
            MachineDetection.APP_AMD: AppAmd(asterisk.ari),
            MachineDetection.FEATURES: Features(asterisk.ari, lambda: "127.0.0.1:9000"),
        },
    )


@pytest.mark.parametrize(
    ("command", "requests"),
    [
        (AnswerLeg(CALLER), [f"POST /channels/{CALLER}/answer"]),
        (StopPrompts(PLAYBACK), [f"DELETE /playbacks/{PLAYBACK}"]),
        (StartMusic(CALLER), [f"POST /channels/{CALLER}/moh"]),
        (StopMusic(CALLER), [f"DELETE /channels/{CALLER}/moh"]),
        (StopRecording(RECORDING), [f"POST /recordings/live/{RECORDING}/stop"]),
        (SetLease(CALLER, 6), [f"POST /channels/{CALLER}/variable?variable=TIMEOUT(absolute)&value=6"]),
        (HangUp(CALLER, HangupCause.BUSY), [f"DELETE /channels/{CALLER}?reason=busy"]),
        (
            ListenIn(CALLER, LISTENER),
            [f"POST /channels/{CALLER}/snoop/{LISTENER}?spy=in&app=dealerlijn&appArgs=listening"],
        ),
        (
            Detect(LISTENER, MachineDetection.APP_AMD),
            [f"POST /channels/{LISTENER}/continue?context=machine-app-amd&extension=s&priority=1"],
        ),
        (
            Detect(LISTENER, MachineDetection.FEATURES),
            [
                f"POST /channels/{LISTENER}/variable?variable=DL_EAR&value=127.0.0.1:9000",
                f"POST /channels/{LISTENER}/continue?context=machine-features&extension={call_uuid(CALL)}&priority=1",
            ],
        ),
        (CloseBridge(BRIDGE), [f"DELETE /bridges/{BRIDGE}"]),
        (
            LeaveToMessage(CALLER),
            [f"POST /channels/{CALLER}/continue?context=message&extension=s&priority=1"],
        ),
        (
            JoinPeople(BRIDGE, (CALLER, OFFER)),
            [
                f"POST /bridges/{BRIDGE}?type=mixing&name={BRIDGE}",
                f"POST /bridges/{BRIDGE}/addChannel?channel={CALLER},{OFFER}",
            ],
        ),
    ],
)
async def test_each_command_has_its_request(command: Command, requests: list[str]) -> None:
    asterisk = ScriptedAsterisk()

    assert await executor_on(asterisk).carry_out(command)

    assert asterisk.said == requests


async def test_every_cause_can_be_told_to_asterisk() -> None:
    asterisk = ScriptedAsterisk()
    executor = executor_on(asterisk)

    for cause in HangupCause:
        assert await executor.carry_out(HangUp(CALLER, cause))

    assert len(asterisk.asked("DELETE", "reason=")) == len(HangupCause)


async def test_a_prompt_is_covered_by_a_lease_as_long_as_itself_before_it_plays() -> None:
    asterisk = ScriptedAsterisk()

    assert await executor_on(asterisk).carry_out(PlayPrompts(CALLER, PLAYBACK, ("welcome", "menu")))

    lease, play = asterisk.said
    assert lease.endswith(f"TIMEOUT(absolute)&value={9 + LEASE_SECONDS}")
    assert play.startswith(f"POST /channels/{CALLER}/play/{PLAYBACK}?")
    assert "media=sound:dealerlijn/welcome,sound:dealerlijn/menu" in play


@pytest.mark.parametrize(
    "command", [PlayPrompts(CALLER, PLAYBACK, ("menu",)), StartRecording(CALLER, RECORDING, 120, 5)]
)
@pytest.mark.parametrize("status", [404, 409, 500, None])
async def test_what_could_not_be_played_or_recorded_leaves_the_lease_to_the_usual_renewals(
    command: Command, status: int | None
) -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", f"/channels/{CALLER}/play", status, REFUSAL)
    asterisk.answers("POST", f"/channels/{CALLER}/record", status, REFUSAL)
    executor = executor_on(asterisk)
    executor.leases.hold(CALLER)

    assert not await executor.carry_out(command)

    assert executor.leases._covered == {}


async def test_a_recording_begins_with_a_beep_and_ends_by_a_key_silence_or_its_limit() -> None:
    asterisk = ScriptedAsterisk()

    assert await executor_on(asterisk).carry_out(StartRecording(CALLER, RECORDING, 120, 5))

    (record,) = asterisk.asked(f"/channels/{CALLER}/record")
    for part in (
        f"name={RECORDING}",
        "maxDurationSeconds=120",
        "maxSilenceSeconds=5",
        "beep=true",
        "terminateOn=#",
        "ifExists=fail",
    ):
        assert part in record


@pytest.mark.parametrize("status", [404, 409, 500, None])
async def test_a_command_that_was_not_carried_out_says_so(status: int | None) -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("DELETE", "/channels", status, {"message": "Channel not found"})

    assert not await executor_on(asterisk).carry_out(HangUp(CALLER))


async def test_a_request_that_was_wrong_is_a_fault_of_ours_and_raises() -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", "/channels", 400, {"message": "Invalid media"})

    with pytest.raises(AriRequestError):
        await executor_on(asterisk).carry_out(PlayPrompts(CALLER, PLAYBACK, ("menu",)))


@pytest.mark.parametrize("command", [SetTimer("grace", 1), JoinQueue(Department.SALES)])
async def test_what_the_session_does_itself_is_refused(command: Command) -> None:
    with pytest.raises(TypeError):
        await executor_on(ScriptedAsterisk()).carry_out(command)


async def test_an_agent_is_rung_a_little_longer_than_the_call_waits() -> None:
    asterisk = ScriptedAsterisk()

    assert await executor_on(asterisk).carry_out(RingAgent(OFFER, ANNA, 15, "+31612345678"))

    originate, subscribe = asterisk.said
    for part in (
        f"POST /channels/{OFFER}?",
        "endpoint=PJSIP/anna",
        f"extension={OFFER}",
        "context=agent-offered",
        'callerId="+31612345678" <+31612345678>',
        "timeout=17",
    ):
        assert part in originate
    assert subscribe == f"POST /applications/dealerlijn/subscription?eventSource=channel:{OFFER}"


async def test_an_agent_without_a_phone_is_not_rung() -> None:
    asterisk = ScriptedAsterisk()

    assert not await executor_on(asterisk).carry_out(RingAgent(OFFER, AgentId("nobody"), 15, None))

    assert asterisk.said == []


@pytest.mark.parametrize("status", [409, 500, None])
async def test_a_leg_that_is_there_after_all_is_followed(status: int | None) -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", f"/channels/{OFFER}", status, {"message": "already exists"})

    assert await executor_on(asterisk).dial(DIAL)

    assert [request.split("?")[0] for request in asterisk.said] == [
        f"POST /channels/{OFFER}",
        f"GET /channels/{OFFER}",
        "POST /applications/dealerlijn/subscription",
    ]


@pytest.mark.parametrize("status", [409, 500])
async def test_a_refused_leg_that_is_not_there_will_not_come(status: int) -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", f"/channels/{OFFER}", status, {"message": "Allocation failed"})
    asterisk.answers("GET", f"/channels/{OFFER}", 404, REFUSAL)

    assert not await executor_on(asterisk).dial(DIAL)

    assert asterisk.asked("subscription") == []


@pytest.mark.parametrize("found", [404, 500, None])
async def test_a_leg_that_may_still_come_is_not_given_up(found: int | None) -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", f"/channels/{OFFER}", None)
    asterisk.answers("GET", f"/channels/{OFFER}", found, REFUSAL)
    asterisk.answers("POST", "/applications", 422, {"message": "Event source does not exist"})

    assert await executor_on(asterisk).dial(DIAL)


async def test_a_leg_that_ended_before_it_could_be_followed_is_gone() -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", "/applications", 422, {"message": "Event source does not exist"})

    assert not await executor_on(asterisk).dial(DIAL)


@pytest.mark.parametrize("status", [500, None])
async def test_a_leg_that_rings_is_not_given_up_because_the_subscription_had_no_answer(
    status: int | None,
) -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", "/applications", status, {"message": "not now"})

    assert await executor_on(asterisk).dial(DIAL)


async def test_for_two_people_who_meet_a_bridge_is_made_and_they_join_it() -> None:
    asterisk = ScriptedAsterisk()

    assert await executor_on(asterisk).carry_out(JoinPeople(BRIDGE, (CALLER, OFFER)))

    assert [request.split("?")[0] for request in asterisk.said] == [
        f"POST /bridges/{BRIDGE}",
        f"POST /bridges/{BRIDGE}/addChannel",
    ]


@pytest.mark.parametrize("there", [True, False])
async def test_a_join_without_an_answer_is_looked_up_and_nobody_is_left_in_a_bridge_that_nobody_follows(
    there: bool,
) -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", f"/bridges/{BRIDGE}/addChannel", None)
    inside = (CALLER, OFFER) if there else (OFFER,)
    asterisk.answers("GET", f"/bridges/{BRIDGE}", 200, bridge(BRIDGE, inside))

    joined = await executor_on(asterisk).carry_out(JoinPeople(BRIDGE, (CALLER,)))

    assert joined is there
    assert bool(asterisk.asked("removeChannel", CALLER)) is not there


async def test_a_bridge_that_is_gone_is_made_again_for_whoever_joins_it() -> None:
    asterisk = ScriptedAsterisk()
    join = f"/bridges/{BRIDGE}/addChannel"
    asterisk.answers("POST", join, 404, {"message": "Bridge not found"}, once=True)

    assert await executor_on(asterisk).carry_out(JoinPeople(BRIDGE, (CALLER,)))

    assert [request.split("?")[0] for request in asterisk.said] == [
        f"POST {join}",
        f"POST /bridges/{BRIDGE}",
        f"POST {join}",
    ]


async def test_people_of_whom_one_is_gone_are_not_joined() -> None:
    asterisk = ScriptedAsterisk()
    asterisk.answers("POST", f"/bridges/{BRIDGE}/addChannel", 400, {"message": "Channel not found"})

    assert not await executor_on(asterisk).carry_out(JoinPeople(BRIDGE, (CALLER, OFFER)))


def test_a_hidden_number_shows_as_anonymous() -> None:
    assert caller_id(None) == '"Anoniem" <anonymous>'


def test_only_a_number_becomes_a_dial_string() -> None:
    assert dial_string(PhoneNumber("+31612345678"), "trunk") == "PJSIP/+31612345678@trunk"


@pytest.mark.parametrize(
    "text",
    ["0612345678", "+31612345678&PJSIP/evil", "+3161234567\n", "+٣١٦١٢٣٤٥٦٧٨", "+", "+1", "+" + "1" * 16],
)
def test_what_is_no_number_never_becomes_a_dial_string(text: str) -> None:
    with pytest.raises(ValueError, match=r"E\.164"):
        dial_string(PhoneNumber(text), "trunk")


@pytest.mark.parametrize("detection", [MachineDetection.APP_AMD, MachineDetection.FEATURES])
async def test_a_detector_says_so_when_the_listening_leg_is_gone(detection: MachineDetection) -> None:
    there, gone = ScriptedAsterisk(), ScriptedAsterisk()
    gone.answers("POST", f"/channels/{LISTENER}", 404, {"message": "Channel not found"})

    assert await executor_on(there).carry_out(Detect(LISTENER, detection))
    assert not await executor_on(gone).carry_out(Detect(LISTENER, detection))
