"""Reads single series out of what the metrics publish."""

from metrics.observer import Metrics


class Shown(dict[str, float]):
    """Every published sample by its name, without prefix, and its labels as they are written."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        for line in metrics.text()[0].decode().splitlines():
            if not line.startswith("#"):
                series, _, value = line.rpartition(" ")
                self[series.removeprefix("dealerlijn_")] = float(value)

    def of(self, name: str, **labels: str) -> float:
        """One value. Raises KeyError when it is not published."""
        return self[named(name, **labels)]


def named(name: str, **labels: str) -> str:
    """A series as it is written."""
    inside = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name
