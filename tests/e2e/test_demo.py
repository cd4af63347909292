"""The main job as a newcomer sees it: the demo runs, its figures agree, nothing is left, and no panel is empty."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.metrics.prometheus_server import PrometheusServer, empty_panels

DASHBOARD = Path("metrics/grafana/dealerlijn.json")
RUN_SECONDS = 75


@pytest.fixture
def demo_ports(port_base: int) -> int:
    """Beside the ports of the other tests' Asterisks."""
    return port_base + 8000


@pytest.fixture
def demo(demo_ports: int) -> Iterator[subprocess.Popen[str]]:
    """The demo, started as `./run` starts it."""
    command = [sys.executable, "-m", "app.cli", "demo", "--seconds", str(RUN_SECONDS), "--seed", "7"]
    process = subprocess.Popen(
        [*command, "--ports", str(demo_ports)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
    )
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(120)


async def test_a_demo_serves_callers_and_customers_and_its_figures_agree(
    demo: subprocess.Popen[str], demo_ports: int, tmp_path: Path
) -> None:
    with PrometheusServer(tmp_path, demo_ports + 1500, [f"127.0.0.1:{demo_ports + 1000}"]) as prometheus:
        await asyncio.sleep(RUN_SECONDS)
        empty = await asyncio.to_thread(
            empty_panels, prometheus.url, json.loads(DASHBOARD.read_text(encoding="utf-8"))
        )
        out, err = await asyncio.to_thread(demo.communicate, timeout=150)

    assert demo.returncode == 0, err
    result = json.loads(out.splitlines()[-1])
    assert empty == []
    assert result["metrics_agree"] is True, err
    assert result["leftovers"] == 0
    inbound, outbound = result["inbound"], result["outbound"]
    assert inbound["connected"] > 0
    assert inbound["arrived"] == sum(
        inbound[outcome] for outcome in ("connected", "lost", "short_abandoned", "voicemail", "diverted")
    )
    assert (
        sum(department["offered"] for department in inbound["by_department"].values()) == inbound["offered"]
    )
    assert outbound["connected"] > 0
    assert outbound["attempts"] == sum(
        outbound[outcome]
        for outcome in ("connected", "abandoned", "hung_up", "unanswered", "busy", "failed", "in_doubt")
    )
    assert outbound["message_played"] == outbound["abandoned"]
