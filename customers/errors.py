"""Errors about people and their cars."""


class PlateError(Exception):
    """A text is no Dutch licence plate. `reason` and `remedy` are for whoever wrote it."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


class RegisterError(Exception):
    """The register of vehicles did not answer the question. `remedy` says what to do."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy


class RegisterUnreachable(RegisterError):
    """It gave no answer, or had a fault of its own: asking later may help."""


class RegisterRefused(RegisterError):
    """It does not want to answer, or not so often."""


class RegisterNonsense(RegisterError):
    """What came is no answer of the register."""
