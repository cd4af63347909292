"""What serves the routes of `app.console.what_if`."""

from dataclasses import asdict

from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.console.what_if import ASK_WHAT_IF, Assumed, OutlookAnswer, PlanAsked
from app.control import Control
from app.plans import Question
from app.what_if import Prospect
from calls.ids import CampaignId


async def ask_what_if(control: Control, asked: Asked[PlanAsked, Nothing]) -> OutlookAnswer:
    """Simulate what a campaign would bring with these agents in these hours; it changes nothing."""
    campaign = await control.campaign(CampaignId(asked.path["campaign_id"]))
    return _answer(await control.what_if.ask(campaign, Question(**asked.body.model_dump())))


def _answer(prospect: Prospect) -> OutlookAnswer:
    plan, learned = prospect.plan, prospect.learned
    scenario = plan.scenario
    return OutlookAnswer(
        **asdict(prospect.outlook),
        assumed=Assumed(
            contacts=plan.contacts,
            attempts=scenario.attempts,
            answer_rate=scenario.answering.probability,
            talk_seconds=scenario.talk.mean,
            wrap_up_seconds=scenario.wrap_up.mean,
            booked_ratio=plan.booked_ratio,
            mode=plan.mode,
            target_ratio=plan.target_ratio or 0.0,
            limit_ratio=plan.limit_ratio,
            max_over_dial=plan.max_over_dial,
            call_off_late=plan.call_off_late,
            callers_per_agent_hour=0.0 if scenario.inbound is None else scenario.inbound.calls_per_agent_hour,
            attempts_seen=learned.ended,
            talks_seen=len(learned.talk_seconds),
            wrap_ups_seen=len(learned.wrap_up_seconds),
        ),
    )


OPERATIONS: tuple[AnyOperation, ...] = (Operation(ASK_WHAT_IF, ask_what_if),)
