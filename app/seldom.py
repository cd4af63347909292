"""Whether what goes on failing is worth another line in the log."""

AGAIN_SECONDS = 60.0


class Seldom:
    """Remembers which reasons were told of late. The time is any that never jumps."""

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def is_due(self, reason: str, now: float) -> bool:
        """Whether to tell this reason, which then counts as told: the first time, and again after `AGAIN_SECONDS`."""
        self._told = {each: at for each, at in self._told.items() if now - at < AGAIN_SECONDS}
        if reason in self._told:
            return False
        self._told[reason] = now
        return True

    def is_over(self) -> None:
        """It is well again: whatever fails next is told at once."""
        self._told.clear()
