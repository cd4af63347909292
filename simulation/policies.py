"""The pacing policies by name: the product's, those of others, and those that know the future."""

from collections.abc import Callable
from dataclasses import replace

from dialer.campaign import DialMode, PacingSettings
from simulation.campaign_day import Policy
from simulation.oracles import AnswersKnown, FinishesKnown
from simulation.peers import Boost, Brake, CriticalLoad, FinishProbability
from simulation.product_policy import ChancesKnown, ProductPolicy
from simulation.scenario import Scenario

_AIM = 0.95
_BOOSTS = (1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0)
MakePolicy = Callable[[Scenario, PacingSettings], Policy]


def _boost(boost: float) -> MakePolicy:
    return lambda _scenario, _settings: Boost(boost)


def _critical(brake: Brake, *, available_only: bool = False) -> MakePolicy:
    return lambda _scenario, settings: CriticalLoad(
        brake, settings.limit_ratio, available_only=available_only
    )


PRODUCT = "lookahead"
ORACLES: dict[str, MakePolicy] = {
    "oracle_chances": ChancesKnown,
    "oracle_finishes": FinishesKnown,
    "oracle_answers": AnswersKnown,
}
PEERS: dict[str, MakePolicy] = {
    **{f"boost{boost:g}": _boost(boost) for boost in _BOOSTS},
    "levels_hard": _critical(Brake.HARD),
    "levels_average": _critical(Brake.AVERAGE),
    "levels_tapered": _critical(Brake.TAPERED),
    "levels_available": _critical(Brake.HARD, available_only=True),
    "finish_chance": lambda _scenario, _settings: FinishProbability(0.9),
}
POLICIES: dict[str, MakePolicy] = {
    PRODUCT: ProductPolicy,
    "progressive": lambda scenario, settings: ProductPolicy(
        scenario, replace(settings, mode=DialMode.PROGRESSIVE)
    ),
    **PEERS,
    **ORACLES,
}


def settings_for(
    limit_ratio: float, target_ratio: float | None = None, *, call_off_late: bool = False
) -> PacingSettings:
    """Predictive dialling up to an abandon limit, aimed at a target: a twentieth below the limit if it is not given."""
    target = _AIM * limit_ratio if target_ratio is None else target_ratio
    return PacingSettings(
        target_ratio=target, limit_ratio=limit_ratio, max_over_dial=500, call_off_late=call_off_late
    )
