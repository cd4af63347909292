"""Answers a plan in a process of its own: a plan as JSON comes in on stdin, an outlook goes out on stdout.

The running program asks so, for simulating would hold up its calls. This process steps behind every other, and begins no
further day once it has worked for a while: the outlook says how many days it is from.

    python -m simulation.what_if_child DAYS SECONDS < plan.json
"""

import os
import sys
from time import monotonic

from pydantic import TypeAdapter

from simulation.what_if import Outlook, Plan, live_planned_day, outlook

PLANS = TypeAdapter(Plan)
OUTLOOKS = TypeAdapter(Outlook)
_LOWER_PRIORITY = 10


def main() -> None:
    """Live at most DAYS days, the first whatever it takes, the others begun within SECONDS."""
    os.nice(_LOWER_PRIORITY)
    most, seconds = int(sys.argv[1]), float(sys.argv[2])
    begun = monotonic()
    plan = PLANS.validate_json(sys.stdin.buffer.read())
    days = [live_planned_day(plan, 0)]
    while len(days) < most and monotonic() - begun < seconds:
        days.append(live_planned_day(plan, len(days)))
    sys.stdout.buffer.write(OUTLOOKS.dump_json(outlook(days, plan)))


if __name__ == "__main__":
    main()
