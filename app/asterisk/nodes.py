"""What an Asterisk of ours must know, checked once: every parameter of the configuration templates."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

TRUNK = "trunk"

# The sections of pjsip.conf that are no phone's.
PJSIP_SECTIONS = frozenset({"global", "udp", "websocket", TRUNK, "phone", "phone-contact"})

CalledNumber = Literal["request_uri", "to", "p_called_party_id"]

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
_HOST = re.compile(r"[A-Za-z0-9.-]{1,255}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,128}")
_PEER_SECRET = re.compile(r"[!-:<-~]{1,128}")  # chosen by the provider: printable, no blank, no semicolon


def _check_ports(**ports: int) -> None:
    for name, port in ports.items():
        if not 0 < port < 65536:
            raise ValueError(f"{name} is {port}: give a port from 1 to 65535")


def _check_own_address(host: str) -> None:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        raise ValueError(
            f"the SIP host is {host!r}: give this machine's IPv4 address, or 0.0.0.0 for all"
        ) from None


def _check(kind: str, pattern: re.Pattern[str], value: str) -> None:
    if pattern.fullmatch(value) is None:
        raise ValueError(f"{kind} must match {pattern.pattern}")


def _check_lost_after(seconds: int) -> None:
    if seconds != 0 and not 10 <= seconds <= 3600:
        raise ValueError(f"lost_after_seconds is {seconds}: give 10 to 3600, or 0 for never")


@dataclass(frozen=True, slots=True)
class PortRange:
    """UDP ports for audio, both ends included; two for each leg."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 1024 <= self.first < self.last <= 65535:
            raise ValueError(f"not a range of ports above 1023: {self.first}-{self.last}")


@dataclass(frozen=True, slots=True)
class Phone:
    """An agent's phone: its SIP user name, which is also its endpoint's name, and its password."""

    name: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _check("a phone's name", NAME, self.name)
        _check("a phone's password", _SECRET, self.password)
        if self.name in PJSIP_SECTIONS:
            raise ValueError(f"{self.name!r} means something else in pjsip.conf: give the phone another name")


@dataclass(frozen=True, slots=True)
class Trunk:
    """The line to the telephone network: where calls go to, and the addresses calls may come from.

    With a user name we register there and answer its challenges; without, the address is all that identifies us.
    `called_number` says where the number is that was dialled: in the request URI, or in a header where the request URI
    names our user. A call that lacks the header has its number in the request URI all the same. A call that was forwarded to us
    often keeps the number first dialled in To, and has ours in the request URI and P-Called-Party-ID. Whoever on the network sends
    no audio for `lost_after_seconds` is hung up on; 0: never.
    """

    host: str
    port: int = 5060
    peers: tuple[str, ...] = ()
    username: str | None = None
    called_number: CalledNumber = "request_uri"
    lost_after_seconds: int = 60
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if ":" in self.host:
            raise ValueError(
                f"the trunk's host is {self.host!r}: give the name or the IPv4 address alone, and the port under `port`"
            )
        _check("the trunk's host", _HOST, self.host)
        _check_ports(trunk_port=self.port)
        _check_lost_after(self.lost_after_seconds)
        for peer in self.peers:
            _check("a trunk peer", re.compile(r"[0-9a-f.:/]{1,64}"), peer)
            ipaddress.ip_network(peer, strict=False)
        if self.username is not None:
            if "@" in self.username:
                raise ValueError(
                    f"the trunk's user name is {self.username!r}: leave out the @ and what follows, that is the `host`"
                )
            _check("the trunk's user name", re.compile(r"[A-Za-z0-9_.+-]{1,64}"), self.username)
            _check("the trunk's password", _PEER_SECRET, self.password)


@dataclass(frozen=True, slots=True)
class Login:
    """A user of ARI or AMI."""

    user: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _check("a user name", NAME, self.user)
        if self.user == "general":
            raise ValueError(
                "general is a section of Asterisk's own in the file of users: choose another user name"
            )
        _check("a password", _SECRET, self.password)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What any Asterisk of ours needs. Its files live in `state_dir`; ARI and AMI listen on loopback only."""

    name: str
    state_dir: Path
    sounds_dir: Path
    sip_host: str = "127.0.0.1"
    sip_port: int
    ari_port: int
    ari: Login
    rtp: PortRange
    phones: tuple[Phone, ...] = ()
    max_calls: int = 2000
    max_load: float = 16.0

    def __post_init__(self) -> None:
        _check("a node's name", NAME, self.name)
        _check_own_address(self.sip_host)
        _check_ports(sip_port=self.sip_port, ari_port=self.ari_port)
        if self.rtp.first <= self.sip_port <= self.rtp.last:
            raise ValueError(
                f"sip_port {self.sip_port} is among those for audio, {self.rtp.first}-{self.rtp.last}: give another"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class DealerNode(Node):
    """The Asterisk that serves dealers. `fallback` names the phones that app_queue rings while no controller is there;
    whom none of them answers may leave a message, with `fallback_voicemail`.

    `webrtc` lets agents' phones be browsers, over the WebSocket of the HTTP server. Behind a router that translates
    addresses `external_address` is the one that the provider sees, told to everybody outside `local_net`. A phone that sends no
    audio for `lost_after_seconds` is hung up on; 0: never.
    """

    ami_port: int
    ami: Login
    app: str
    trunk: Trunk
    fallback: tuple[str, ...] = ()
    fallback_voicemail: bool = True
    webrtc: bool = False
    external_address: str | None = None
    local_net: tuple[str, ...] = ()
    lost_after_seconds: int = 30

    def __post_init__(self) -> None:
        Node.__post_init__(self)
        _check("the app's name", NAME, self.app)
        _check_ports(ami_port=self.ami_port)
        _check_lost_after(self.lost_after_seconds)
        if self.ami_port == self.ari_port:
            raise ValueError(f"ami_port and ari_port are both {self.ari_port}: give each its own")
        if self.external_address is not None:
            ipaddress.ip_address(self.external_address)
            if not self.local_net:
                raise ValueError("external_address needs local_net: the networks that are reached without it")
        for net in self.local_net:
            ipaddress.ip_network(net)
        unknown = set(self.fallback) - {phone.name for phone in self.phones}
        if unknown:
            raise ValueError(f"fallback names phones that do not exist: {', '.join(sorted(unknown))}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkNode(Node):
    """The Asterisk that plays the telephone network of the demo and the tests: callers, customers and agents' phones.

    `dealer_host` and `dealer_port` are the dealer node's SIP address. The node calls from `sip_host`, which the dealer
    node takes for its trunk, and its phones register from `phones_host`: two addresses, because the dealer node tells
    the trunk by its address.
    """

    dealer_host: str
    dealer_port: int
    phones_host: str = "127.0.0.1"
