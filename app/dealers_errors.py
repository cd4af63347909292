"""What is wrong with the dealers' settings."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in the settings. `key` is empty when the file as a whole cannot be read."""

    file: str
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key + ': ' if self.key else ''}{self.problem}: {self.remedy}"


class DealersError(Exception):
    """The dealers' settings have faults; the text names each with its remedy."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("the dealers' settings have faults:\n" + "\n".join(f"  {fault}" for fault in faults))
        self.faults = faults
