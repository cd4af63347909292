"""The checker reads /metrics as a stranger would."""

from tests.checker.books import Counts, read_metrics
from tests.checker.rates import Rates, read_rates

TEXT = """\
# HELP dealerlijn_attempts_total Diallings that were committed.
# TYPE dealerlijn_attempts_total counter
dealerlijn_attempts_total{campaign="apk"} 5.0
dealerlijn_attempts_total{campaign="tyres"} 7.0
dealerlijn_answered_attempts_total{campaign="apk"} 3.0
dealerlijn_connected_attempts_total{campaign="apk"} 2.0
dealerlijn_abandoned_attempts_total{campaign="apk"} 1.0
dealerlijn_information_messages_total{campaign="apk"} 1.0
dealerlijn_called_off_attempts_total{campaign="apk"} 1.0
dealerlijn_attempt_outcomes_total{campaign="apk",outcome="connected"} 2.0
dealerlijn_attempt_outcomes_total{campaign="apk",outcome="busy"} 2.0
dealerlijn_attempt_outcomes_total{campaign="apk",outcome="failed"} 0.0
dealerlijn_campaign_abandon_ratio{campaign="apk",window="since_start"} 0.25
dealerlijn_campaign_abandon_ratio{campaign="apk",window="24h"} NaN
dealerlijn_campaign_abandon_ratio{campaign="tyres",window="24h"} 0.5
"""


def test_the_counters_of_one_campaign_are_read_and_no_others() -> None:
    counts = read_metrics(TEXT, "apk")

    assert counts == Counts(5, 3, 2, 1, 1, {"connected": 2, "busy": 2}, 1)


def test_the_abandon_rates_of_one_campaign_are_read_none_where_there_is_none() -> None:
    assert read_rates(TEXT, "apk") == Rates(0.25, None)
