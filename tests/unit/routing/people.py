"""Agents, queues and calls as the tests of routing know them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from calls.ids import AgentId, CallId, CampaignId, DealerId
from calls.words import AgentState, Department
from routing.agent import Agent, AgentProfile
from routing.floor import Floor
from routing.queue import QueuePlan, WaitingCall
from routing.skills import Relaxation, SkillRequirement

START = datetime(2026, 6, 1, 10, 0, tzinfo=UTC)
ANNA, BRAM, CARLA = AgentId("anna"), AgentId("bram"), AgentId("carla")
APK = CampaignId("apk-june")
DEMO = DealerId("demo")
SALES = QueuePlan(
    dealer=DEMO,
    department=Department.SALES,
    requirements=(SkillRequirement("sales", 5),),
    relaxations=(Relaxation(20, "sales", 2), Relaxation(60, "sales", 0)),
    priority=0,
    ring_seconds=15,
    wrap_up_seconds=30,
    still_waiting_prompt="still-waiting",
    still_waiting_seconds=30,
    short_abandon_seconds=5,
)
PARTS = replace(
    SALES, department=Department.PARTS, requirements=(SkillRequirement("parts", 3),), relaxations=()
)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def call_id(number: int) -> CallId:
    return CallId(f"n1{number:026d}")


def waiting(number: int, plan: QueuePlan = SALES, since: float = 0) -> WaitingCall:
    return WaitingCall(call_id(number), plan, after(since))


def profile(agent_id: AgentId, dealers: frozenset[DealerId] | None = None, **skills: int) -> AgentProfile:
    return AgentProfile(agent_id, agent_id.title(), f"PJSIP/{agent_id}", skills, dealers)


def agent(
    agent_id: AgentId,
    state: AgentState = AgentState.AVAILABLE,
    since: float = 0,
    dealers: frozenset[DealerId] | None = None,
    **skills: int,
) -> Agent:
    return Agent(profile(agent_id, dealers, **skills), state, after(since), after(since))


def floor_with(*agents: Agent) -> Floor:
    floor = Floor()
    for one in agents:
        floor.restore(one)
    return floor
