"""Comparing what is installed in an etc directory with what the settings ask for, all differences at once."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.asterisk.nodes import DealerNode
from app.asterisk.render import render

REMEDY = "let dealerlijn write the file again, or bring the setting in line with it"
SECRET_KEYS = frozenset({"password", "secret"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference. `key` is `[section] option`; values of passwords are not shown."""

    file: str
    key: str
    expected: str
    found: str
    remedy: str


Entries = Mapping[str, tuple[str, ...]]


def parse_entries(text: str) -> Entries:
    """The options of a configuration file by `[section] option`, in Asterisk's syntax, each with its values in order.

    Sections of the same name, as pjsip.conf has them, are told apart by their type; templates count as sections.
    """
    entries: dict[str, list[str]] = {}
    section, pending = "", ""
    for line in _lines(text):
        if line.startswith("#"):
            entries.setdefault(line.split()[0], []).append(line)
            continue
        heading = re.match(r"\[([^]]+)](\(.*\))?", line)
        if heading is not None:
            section = pending = heading.group(1)
            entries.setdefault(f"[{section}]", []).append(heading.group(2) or "")
            continue
        option, separator, value = line.partition("=")
        if not separator:
            continue
        option, value = option.strip(), value.removeprefix(">").strip()
        if option == "type":
            section = f"{pending} {value}"
        entries.setdefault(f"[{section}] {option}", []).append(value)
    return {key: tuple(values) for key, values in entries.items()}


def check_files(node: DealerNode, etc: Path) -> list[Finding]:
    """Every difference between the files in `etc` and those the node's settings give, and every open door.

    A file that is missing, unreadable, readable by others or not ours is one finding of its own.
    """
    files = render(node)
    findings = [
        Finding(
            path.name,
            "",
            "no such file",
            "a file",
            f"remove {path}: Asterisk reads it and it is not made from the settings; extconfig.conf and sorcery.conf "
            "even put others before these",
        )
        for path in files_in(etc)
        if path.name not in files
    ]
    for name, wanted in files.items():
        path = etc / name
        try:
            found = path.read_text()
        except (OSError, UnicodeDecodeError) as error:
            findings.append(
                Finding(name, "", "a readable file", type(error).__name__, "let dealerlijn write it")
            )
            continue
        if path.stat().st_mode & 0o077:
            findings.append(
                Finding(name, "", "mode 0600", f"{path.stat().st_mode & 0o777:04o}", f"chmod 600 {path}")
            )
        findings += _differences(name, wanted, found)
    return findings


def files_in(folder: Path) -> list[Path]:
    """What is in a folder, in order; nothing when it cannot be read."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _differences(name: str, wanted: str, found: str) -> Iterator[Finding]:
    level = _level_at_end(found)
    if level != 0:
        told = (
            "a comment (;--) without its end" if level > 0 else "the end of a comment (--;) that never began"
        )
        yield Finding(name, "", "comments that end", f"{told}: what follows is not read", REMEDY)
    if name == "extensions.conf":
        yield from _dialplan_differences(wanted, found)
        return
    expected, actual = parse_entries(wanted), parse_entries(found)
    for key in {**expected, **actual}:
        if expected.get(key) != actual.get(key):
            yield Finding(
                name,
                key,
                _shown(key, expected.get(key), "the password of the settings"),
                _shown(key, actual.get(key), "another one"),
                REMEDY,
            )
    if expected == actual and _in_order(wanted) != _in_order(found):
        yield Finding(name, "", "the options in this order", "another order", REMEDY)


def _in_order(text: str) -> list[str]:
    """All lines, each option with its section: where several apply, such as permit and deny, the last one counts."""
    return [re.sub(r"\s*=>?\s*", "=", line) for line in _lines(text)]


def _lines(text: str) -> Iterator[str]:
    """What Asterisk reads of a file: without comments, those of several lines too, and blanks."""
    return (line for line, _ in _read(text) if line)


def _level_at_end(text: str) -> int:
    """How many comments of several lines are open at the end; below zero when more ended than began."""
    return [0, *(level for _, level in _read(text))][-1]


def _read(text: str) -> Iterator[tuple[str, int]]:
    level = 0
    for raw in text.split("\n"):
        line, level = _uncommented(raw, level)
        yield line.strip(), level


def _uncommented(text: str, level: int) -> tuple[str, int]:
    """What Asterisk reads of a line that begins so many comments deep, and how deep it ends.

    Comments of several lines nest, and a `--;` too many hides what follows as a `;--` too many does.
    """
    before = None if level == 0 else ""
    start = 0
    while (place := text.find(";", start)) >= 0:
        if place > start and text[place - 1] == "\\":
            text, start = text[: place - 1] + text[place:], place
        elif text.startswith("--", place + 1) and not text.startswith("---", place + 1):
            before = text[:place] if before is None else before
            level, start = level + 1, place + 3
        elif place >= start + 2 and text[place - 2 : place] == "--":
            level, start = level - 1, place + 1
            if level == 0 and before is not None:
                text, start, before = before + text[start:], len(before), None
        elif level == 0:
            return (text[:place] if before is None else before), level
        else:
            start = place + 1
    return (text if before is None else before), level


def _dialplan_differences(wanted: str, found: str) -> Iterator[Finding]:
    expected, actual = _contexts(wanted), _contexts(found)
    for context in {**expected, **actual}:
        ours, theirs = expected.get(context), actual.get(context)
        if ours == theirs:
            continue
        if ours is None or theirs is None:
            yield Finding("extensions.conf", f"[{context}]", *_presence(ours, theirs), REMEDY)
            continue
        place = next(
            (n for n, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b),
            min(len(ours), len(theirs)),
        )
        lines = [side[place] if place < len(side) else "nothing more" for side in (ours, theirs)]
        yield Finding("extensions.conf", f"[{context}] line {place + 1}", lines[0], lines[1], REMEDY)


def _presence(ours: object, theirs: object) -> tuple[str, str]:
    return (
        "no such context" if ours is None else "the context",
        "nothing" if theirs is None else "a context",
    )


def _contexts(text: str) -> dict[str, list[str]]:
    contexts: dict[str, list[str]] = {"before all": (lines := [])}
    for line in _lines(text):
        if line.startswith("["):
            lines = contexts.setdefault(line.strip("[]"), [])
        else:
            lines.append(line)
    return contexts


def _shown(key: str, values: tuple[str, ...] | None, secret: str) -> str:
    if values is None:
        return "nothing"
    return secret if key.rpartition(" ")[2] in SECRET_KEYS else ", ".join(values)
