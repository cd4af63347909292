"""The pacing policies by name."""

from collections.abc import Callable
from dataclasses import replace

from dialer.campaign import DialMode, PacingSettings
from simulation.campaign_day import Policy
from simulation.peers import Boost
from simulation.product_policy import ProductPolicy
from simulation.scenario import Scenario

_AIM = 0.95
MakePolicy = Callable[[Scenario, PacingSettings], Policy]

POLICIES: dict[str, MakePolicy] = {
    "lookahead": ProductPolicy,
    "progressive": lambda scenario, settings: ProductPolicy(
        scenario, replace(settings, mode=DialMode.PROGRESSIVE)
    ),
    "boost1.5": lambda _scenario, _settings: Boost(1.5),
}


def settings_for(limit_ratio: float) -> PacingSettings:
    """Predictive dialling up to an abandon limit, aimed a twentieth below it."""
    return PacingSettings(target_ratio=_AIM * limit_ratio, limit_ratio=limit_ratio, max_over_dial=500)
