"""The ports of loopback that the tests may use: two thousand, from `DEALERLIJN_TEST_PORT_BASE` on."""

import os
import socket

FIRST_PORT = int(os.environ.get("DEALERLIJN_TEST_PORT_BASE", "15000"))
"""A thousand for what runs with a real Asterisk, then those of the others."""
OTHERS = FIRST_PORT + 1000


def free_port() -> int:
    """A port that nobody listens on."""
    for port in range(OTHERS, OTHERS + 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError(f"no free port from {OTHERS} to {OTHERS + 99}: end the servers that hold them")
