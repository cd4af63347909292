"""`python -m app.asterisk.start STATE_DIR SOUNDS_DIR`: becomes the Asterisk of an installation, in the foreground.

It is the installed Asterisk when that is new enough, else the one in the root folder that set-up made. A provider told
by its name is looked up as this machine looks up names.
"""

import os
import sys
from pathlib import Path

from app.asterisk.errors import AsteriskError
from app.asterisk.instance import AsteriskInstance
from app.asterisk.names import Names, asks_for_names
from app.asterisk.program import find_program
from app.settings import cache_dir


def start_command(arguments: list[str]) -> list[str]:
    """The command that starts it. Ends the program with a sentence for people when it cannot be started."""
    if len(arguments) != 2:
        sys.exit(__doc__)
    state, sounds = (Path(argument).resolve() for argument in arguments)
    try:
        program = find_program(cache_dir() / "asterisk-root", may_ask=True)
    except AsteriskError as error:
        sys.exit(str(error))
    pjsip = state / "etc" / "pjsip.conf"
    try:
        names = Names() if asks_for_names(pjsip.read_text()) else None
        return AsteriskInstance(program, state, [sounds], names).command_line()
    except FileNotFoundError as error:
        sys.exit(f"no {error.filename}: make it first, with python -m app.asterisk")
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}: start it as the user whose files these are")


if __name__ == "__main__":
    command = start_command(sys.argv[1:])
    os.execvp(command[0], command)  # noqa: S606 - it takes our place, so that signals reach Asterisk itself
