"""How names of hosts become addresses for an Asterisk in a root folder, which has no name service of its own."""

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Names:
    """The files of this machine that names are looked up in."""

    hosts: Path = Path("/etc/hosts")
    resolver: Path = Path("/etc/resolv.conf")


def is_address(host: str) -> bool:
    """Whether the host is told by its IP address, so that nothing needs to be looked up."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def hosts_text(machine: str, others: str = "") -> str:
    """The text of a file of hosts that knows the machine by its name, and `others`, such a file's text.

    Asterisk looks its own machine's name up for every SIP message, and would wait for a name server each time.
    """
    return f"127.0.0.1 localhost {machine}\n{others}"


def asks_for_names(pjsip_conf: str) -> bool:
    """Whether a host that calls go to is told by its name."""
    hosts = re.findall(r"^contact = sip:(.+):\d+$", pjsip_conf, re.MULTILINE)
    return not all(map(is_address, hosts))
