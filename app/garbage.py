"""Python's garbage collections, which stop everything else while they last."""

import gc


def collect_seldom() -> None:
    """From now on look only at what is made after this, and only once there is much of it."""
    gc.collect()
    # What there is now is never looked at again: that takes a tenth of a second.
    gc.freeze()
    # A call leaves few cycles, and a collection every 700 objects is a few in every call.
    gc.set_threshold(10_000, 10, 10)
