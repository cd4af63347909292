"""The demo's live table in the terminal: calls by phase, agents by state, the campaign, and where to look further."""

from collections import Counter

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from app.live_calls import live_calls
from app.program import Program
from calls.ids import CampaignId
from calls.words import Direction
from metrics.definitions import outbound_abandon_ratio


def live_table(program: Program, campaign_id: CampaignId, address: str, ran_seconds: float) -> RenderableType:
    """What the terminal shows now."""
    calls = live_calls(program.supervisor)
    floor = Table("agents", "", title=None, expand=True)
    for state, count in program.desk.floor.agents_by_state().items():
        if count:
            floor.add_row(state.value, str(count))
    phases = Table("callers", "", expand=True)
    for phase, count in Counter(c.phase for c in calls if c.direction is Direction.INBOUND).items():
        phases.add_row(phase, str(count))
    campaign = Table(f"campaign {campaign_id}", "", expand=True)
    for phase, count in Counter(c.phase for c in calls if c.direction is Direction.OUTBOUND).items():
        campaign.add_row(phase, str(count))
    decision = program.campaigns.last_decision(campaign_id)
    if decision is not None:
        campaign.add_row("answer rate", f"{decision.answer_rate:.0%}")
        campaign.add_row("pacing", decision.reason.value)
    window = program.campaigns.window(campaign_id)
    if window is not None:
        ratio = outbound_abandon_ratio(window.connected, window.abandoned)
        campaign.add_row("connected / abandoned (24 h)", f"{window.connected} / {window.abandoned}")
        campaign.add_row("abandon rate (24 h)", "-" if ratio is None else f"{ratio:.2%}")
    side_by_side = Table.grid(expand=True, padding=(0, 2))
    side_by_side.add_row(phases, floor, campaign)
    where = Text(f"{address}/metrics   {address}/api/v1/openapi.json   {ran_seconds:.0f} s   Ctrl-C stops")
    return Group(side_by_side, where)


def plain_line(program: Program, ran_seconds: float) -> str:
    """The same in one line, for a log."""
    calls = Counter(f"{c.direction.value} {c.phase}" for c in live_calls(program.supervisor))
    agents = {s.value: n for s, n in program.desk.floor.agents_by_state().items() if n}
    return f"{ran_seconds:.0f} s  calls {dict(sorted(calls.items()))}  agents {agents}"
