"""Calls, queues, campaigns and agents as the tests of the running program know them."""

from calls.facts import AttemptAnswered, AttemptCommitted, AttemptEnded, CallArrived, CallQueued, Fact
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId, NodeId, attempt_leg
from calls.words import AgentState, AttemptOutcome, Department, HangupCause
from dialer.campaign import Campaign, CampaignKind, CampaignState, LegalBasis
from ivr.entry import EntryPlan
from ivr.menus import Menu
from routing.agent import Agent, AgentProfile
from routing.queue import QueuePlan
from routing.skills import SkillRequirement
from tests.fakes.virtual_time import START, after

NODE = NodeId("n1")
DEMO = DealerId("demo")
APK = CampaignId("apk-june")
ANNA, BRAM = AgentId("anna"), AgentId("bram")
CALLER = LegId("1770000000.1")
SALES = QueuePlan(
    dealer=DEMO,
    department=Department.SALES,
    requirements=(SkillRequirement("sales", 1),),
    relaxations=(),
    priority=0,
    ring_seconds=15,
    wrap_up_seconds=30,
    still_waiting_prompt="still-waiting",
    still_waiting_seconds=30,
    short_abandon_seconds=5,
)
ENTRY = EntryPlan(
    dealer=DEMO,
    welcome_prompt="welcome",
    closed_prompt="closed",
    menu=Menu({"1": Department.SALES}, Department.SALES, "menu", "menu-miss", 2, 5),
    voicemail=None,
    short_abandon_seconds=5,
)
CAMPAIGN = Campaign(
    APK,
    DEMO,
    "APK in juni",
    CampaignKind.APK,
    LegalBasis.EXISTING_CONTRACT,
    "nl-business",
    "+31401234567",
    CampaignState.RUNNING,
)


def call_id(number: int) -> CallId:
    return CallId(f"n1{number:026d}")


def agent(
    agent_id: AgentId,
    state: AgentState = AgentState.AVAILABLE,
    since: float = 0,
    campaign_id: CampaignId | None = None,
) -> Agent:
    profile = AgentProfile(agent_id, agent_id.title(), f"PJSIP/{agent_id}", {"sales": 5})
    return Agent(profile, state, after(since), after(since), campaign_id=campaign_id)


def queued(number: int, seconds: float = 0) -> CallQueued:
    return CallQueued(after(seconds), call_id(number), DEMO, Department.SALES, 0)


def arrived(number: int = 1, leg_id: LegId = CALLER) -> CallArrived:
    return CallArrived(START, call_id(number), DEMO, "+31401234567", "+31612345678", leg_id, NODE)


def committed(number: int, seconds: float = 0, campaign_id: CampaignId = APK) -> AttemptCommitted:
    call = call_id(number)
    return AttemptCommitted(
        after(seconds), call, attempt_leg(call), campaign_id, DEMO, ContactId(number), "agents_certain"
    )


def answered(number: int, seconds: float = 8) -> AttemptAnswered:
    return AttemptAnswered(after(seconds), call_id(number), APK, DEMO, 8)


def attempt_ended(
    number: int, outcome: AttemptOutcome = AttemptOutcome.UNANSWERED, seconds: float = 22
) -> AttemptEnded:
    return AttemptEnded(
        after(seconds), call_id(number), APK, DEMO, ContactId(number), outcome, HangupCause.NORMAL, 22, 0
    )


def some_facts(count: int) -> list[Fact]:
    return [queued(number) for number in range(count)]
