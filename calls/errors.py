"""Errors of the shared words."""


class CallsError(Exception):
    """Root of this package's errors."""


class NumberError(CallsError):
    """A text is no usable phone number. `remedy` says what to write instead."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(f"{reason}: {remedy}")
        self.reason = reason
        self.remedy = remedy
