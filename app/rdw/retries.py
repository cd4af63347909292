"""Whether the register is asked once more, and when."""

from customers.errors import RegisterError, RegisterRefused, RegisterUnreachable

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
_RETRIES = 3


class TooOften(RegisterRefused):
    """The register wants to be asked less often; `wait_seconds` is what it said, if it did."""

    def __init__(self, wait_seconds: float | None) -> None:
        super().__init__(
            "the register wants to be asked less often",
            "ask again later, or get an app token of the RDW and set DEALERLIJN_RDW_APP_TOKEN",
        )
        self.wait_seconds = wait_seconds


def pause_seconds(error: RegisterError, tries: int, chance: float) -> float | None:
    """How long to wait after `tries` tries (at least one) before the next, None to give up.

    The pause doubles with each try; `chance` (0 to 1) spreads it, so that many questions do not come back at once. A wait
    that the register asks for is kept, unless it is longer than a minute: then nobody sits waiting for it.
    """
    asked = error.wait_seconds if isinstance(error, TooOften) else None
    if not isinstance(error, RegisterUnreachable | TooOften) or tries > _RETRIES:
        return None
    pause = max(_FIRST_PAUSE_SECONDS * 2 ** (tries - 1), asked or 0.0) * (1 + chance / 2)
    return None if asked is not None and asked > _LONGEST_PAUSE_SECONDS else pause
