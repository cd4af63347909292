"""Placing simulated callers: Asterisk's call files, picked up from the pretend network's spool."""

from dataclasses import dataclass
from pathlib import Path

from app.asterisk.nodes import NetworkNode

DIAL_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A person who rings a dealer and what they do there; see the context people-caller of the pretend network.

    `person` names them in people.log and is unique among living calls. `cli` None hides the number. `press` are keys,
    sent one by one from `press_after` seconds after the answer; then they wait `patience` seconds for an agent and, once
    connected, talk for `talk` seconds.
    """

    person: str
    ddi: str
    cli: str | None = None
    name: str = ""
    press: str = ""
    press_after: float = 1.0
    patience: float = 30.0
    talk: float = 10.0

    def __post_init__(self) -> None:
        for text in (self.person, self.ddi, self.cli or "", self.name, self.press):
            if not all(character.isprintable() for character in text):
                raise ValueError("a caller's texts must be printable, a call file has one line for each")


def call_file(caller: Caller) -> str:
    """The text of the call file that makes the network's Asterisk ring the dealer and then be this caller."""
    name = caller.name.replace("\\", "\\\\").replace('"', '\\"')
    shown = (
        f'CallerID: "{name}" <{caller.cli}>' if caller.cli is not None else "Setvar: CALLERID(pres)=prohib"
    )
    return "\n".join(
        [
            f"Channel: PJSIP/{caller.ddi}@dealer",
            shown,
            "MaxRetries: 0",
            f"WaitTime: {DIAL_SECONDS}",
            "Context: people-caller",
            "Extension: s",
            "Priority: 1",
            f"Setvar: PERSON={caller.person}",
            f"Setvar: PRESS={caller.press}",
            f"Setvar: PRESS_AFTER={caller.press_after:g}",
            f"Setvar: PATIENCE={caller.patience:g}",
            f"Setvar: TALK={caller.talk:g}",
            "",
        ]
    )


def place_call(node: NetworkNode, caller: Caller) -> Path:
    """Make the caller ring now. The file is written elsewhere first, because Asterisk reads whatever appears at once."""
    written = node.state_dir / "spool" / "tmp" / f"{caller.person}.call"
    written.write_text(call_file(caller))
    return written.replace(node.state_dir / "spool" / "outgoing" / written.name)
