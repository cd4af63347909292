"""A real Prometheus for tests, and the question whether a dashboard shows anything under it."""

import json
import math
import shutil
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.unit.metrics.panels import panel_queries

RULES = Path(__file__).parents[3] / "metrics" / "prometheus" / "rules"
_ANSWER_SECONDS = 5.0
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


class PrometheusServer:
    """Prometheus on loopback with the project's rules, scraping and evaluating every second; ends with the `with`.

    `folder` must be empty and is its own; `targets` are `host:port`, scraped at /metrics.
    """

    def __init__(self, folder: Path, port: int, targets: Sequence[str]) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._folder = folder
        self._address = f"127.0.0.1:{port}"
        self._targets = list(targets)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        program = shutil.which("prometheus")
        if program is None:
            raise FileNotFoundError("no prometheus found: install the Debian package prometheus")
        config = self._folder / "prometheus.yml"
        config.write_text(json.dumps(self._config()))  # JSON is YAML
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    program,
                    f"--config.file={config}",
                    f"--storage.tsdb.path={self._folder / 'data'}",
                    f"--web.listen-address={self._address}",
                ],
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready(self._process)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            _end(self._process)

    def values(self, expr: str) -> list[float]:
        """The values that a query gives at this instant; see `values_at`."""
        return values_at(self.url, expr)

    @property
    def _log(self) -> Path:
        return self._folder / "prometheus.log"

    def _config(self) -> Mapping[str, object]:
        return {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(RULES / "*.yml")],
            "scrape_configs": [
                {"job_name": "dealerlijn", "static_configs": [{"targets": self._targets}]},
            ],
        }

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        limit = time.monotonic() + _START_SECONDS
        while process.poll() is None and time.monotonic() < limit:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=_ANSWER_SECONDS):
                    return
            except OSError:
                time.sleep(0.1)
        _end(process)
        raise RuntimeError(f"Prometheus did not start: {self._log.read_text()[-2000:]}")


def values_at(prometheus_url: str, expr: str) -> list[float]:
    """The values that a query gives at this instant, NaN left out. Raises ValueError when Prometheus refuses it."""
    question = urllib.parse.urlencode({"query": expr})
    try:
        with urllib.request.urlopen(
            f"{prometheus_url}/api/v1/query?{question}", timeout=_ANSWER_SECONDS
        ) as answer:
            result = json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as error:
        raise ValueError(f"{expr}: {error.read().decode()}") from error
    values = [float(series["value"][1]) for series in result]
    return [value for value in values if not math.isnan(value)]


def empty_panels(prometheus_url: str, dashboard: Mapping[str, object]) -> list[str]:
    """The queries of a Grafana dashboard that show nothing at this instant, each with its panel's title.

    A query that gives only NaN shows nothing. Raises ValueError for a query that Prometheus refuses.
    """
    return [
        f"{query.panel}: {query.expr}"
        for query in panel_queries(dashboard)
        if not values_at(prometheus_url, query.expr)
    ]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)
