"""The dashboard under a real Prometheus with traffic, and the alert rules under promtool."""

import json
import random
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from calls.words import AgentState, Department
from metrics import definitions
from metrics.campaigns import AnswerCalibration, CampaignFigures
from metrics.floor import QueueFigures
from metrics.grafana.dashboard import DASHBOARD_FILE
from metrics.observer import Metrics
from tests.integration.metrics.prometheus_server import PrometheusServer, empty_panels
from tests.ports import OTHERS
from tests.unit.metrics import stream
from tests.unit.metrics.counts import counted

METRICS_PORT, PROMETHEUS_PORT = OTHERS + 100, OTHERS + 101
NEVER_FILLED = {"title": "Nooit", "targets": [{"expr": "dealerlijn_never_total"}]}
PROMETHEUS = Path(__file__).parents[3] / "metrics" / "prometheus"


@contextmanager
def served(metrics: Metrics) -> Iterator[str]:
    """Serve /metrics over HTTP from a thread; gives the address to scrape."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text, content_type = metrics.text()
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it so
            """Keep the test's output quiet."""

    with ThreadingHTTPServer(("127.0.0.1", METRICS_PORT), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"127.0.0.1:{METRICS_PORT}"
        finally:
            server.shutdown()
            thread.join(5)


def measure_and_show(metrics: Metrics, rng: random.Random) -> None:
    """What a running controller tells the metrics every now and then besides the facts."""
    queue = QueueFigures(stream.DEALER, Department.SALES, rng.randrange(4), rng.uniform(0, 30))
    states = {AgentState.AVAILABLE: 3, AgentState.ON_CALL: rng.randrange(1, 6)}
    metrics.floor.set_floor([queue], states, {stream.DEALER: 3})
    agents = {AgentState.ON_CALL: 2, AgentState.AVAILABLE: 1}
    honest = AnswerCalibration(0.15, 0.31, 0.3)
    metrics.campaigns.set_campaigns([CampaignFigures(stream.CAMPAIGN, True, 0.03, agents, honest)])
    metrics.campaigns.set_abandon_window(stream.CAMPAIGN, connected=60, abandoned=1)
    metrics.campaigns.count_pacing_decision(stream.CAMPAIGN, "lookahead")
    metrics.technical.observe_loop_lag(rng.expovariate(1000))
    metrics.technical.observe_echo(stream.NODE, rng.expovariate(500))
    metrics.technical.set_journal(rng.randrange(50), 0, 0, 0)
    metrics.technical.set_leftovers(stream.NODE, channels=8, bridges=4)
    metrics.technical.set_tasks(20)


def test_no_panel_is_empty_under_traffic_and_recorded_figures_follow_their_definitions(
    tmp_path: Path,
) -> None:
    metrics, rng = Metrics(stream.BOTH_TARGETS), random.Random(3)
    facts = list(stream.traffic(seed=3, calls=400, attempts=400))
    dashboard = json.loads(DASHBOARD_FILE.read_text(encoding="utf-8"))
    for fact in (*stream.system_facts(), *stream.campaign_facts(), stream.committed("x-first")):
        metrics.observe(fact)
    measure_and_show(metrics, rng)

    with served(metrics) as target, PrometheusServer(tmp_path, PROMETHEUS_PORT, [target]) as prometheus:
        limit = time.monotonic() + 60
        while not prometheus.values("up == 1") and time.monotonic() < limit:
            time.sleep(0.2)
        time.sleep(2)  # increase() needs the zero before the traffic
        for start in range(0, len(facts), 100):
            for fact in facts[start : start + 100]:
                metrics.observe(fact)
            measure_and_show(metrics, rng)
            time.sleep(0.1)
        while (empty := empty_panels(prometheus.url, dashboard)) and time.monotonic() < limit:
            time.sleep(0.5)
        time.sleep(3)  # the last facts are scraped and the rules evaluated once more
        level = prometheus.values(
            'dealer_department:dealerlijn_service_level:ratio30m{dealer="demo",department="sales"}'
        )
        found_out = empty_panels(prometheus.url, {**dashboard, "panels": [NEVER_FILLED]})
        alerts = prometheus.values('ALERTS{alertname=~"ControllerDown|AriDown|ObserverErrors"}')

    totals = [each for each in counted(facts).calls if each.dealer == "demo" and each.department == "sales"]
    short = sum(each.arrived for each in totals if each.outcome == "short_abandoned")
    expected = definitions.service_level(
        sum(each.within_target for each in totals), sum(each.offered for each in totals), short
    )
    assert empty == []
    assert found_out == ["Nooit: dealerlijn_never_total"]
    assert level == [pytest.approx(expected, rel=1e-6)]
    assert alerts == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("test", "rules", *sorted(str(file) for file in PROMETHEUS.glob("tests/*.yml"))),
        ("check", "rules", *sorted(str(file) for file in PROMETHEUS.glob("rules/*.yml"))),
        ("check", "config", str(PROMETHEUS / "prometheus.yml")),
    ],
    ids=("rule tests", "rules", "configuration"),
)
def test_promtool_accepts_the_rules_and_their_tests(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, timeout=60, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
