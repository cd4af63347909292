"""Writes docs/settings.md from the settings that the program reads, so that neither can lie.

    python -m docs.list_settings [--check]

With `--check` nothing is written, and a file that is no longer true ends with status 1.
"""

import sys
from pathlib import Path

from app.settings import VARIABLES

FILE = Path(__file__).with_name("settings.md")
HEAD = """# Settings

Made by `python -m docs.list_settings` from `app/settings.py`; do not edit it by hand.

Environment variables hold addresses and secrets. What a dealer decides (numbers, hours, menus, queues) is in `dealers.toml`.
Instead of NAME you may give NAME_FILE, the path of a file that holds the value: the way for passwords.

| variable | what it is | when not given |
| --- | --- | --- |
"""


def settings_page() -> str:
    """The whole page."""
    rows = (
        f"| `{name}` | {variable.meaning} | {'**must be given**' if variable.default is None else f'`{variable.default}`'} |\n"
        for name, variable in VARIABLES.items()
    )
    return HEAD + "".join(rows)


def main(arguments: list[str]) -> int:
    """Write the page, or check the one that is there."""
    if "--check" not in arguments:
        FILE.write_text(settings_page(), encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != settings_page():
        print(f"{FILE} is no longer true: run python -m docs.list_settings", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
