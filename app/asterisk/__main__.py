"""`python -m app.asterisk STATE_DIR SOUNDS_DIR PASSWORDS TELEPHONY DEALERS`: writes an installation's files, then ends.

For an Asterisk that something else starts, such as a container or systemd: `asterisk -f -C STATE_DIR/etc/asterisk.conf`.
"""

import sys
from pathlib import Path

from app.asterisk.credentials import load_credentials
from app.asterisk.errors import AsteriskError
from app.asterisk.installation import read_node
from app.asterisk.prompts import make_sounds, read_manifest, unused_recordings
from app.asterisk.render import install
from app.dealers import load_dealers
from app.dealers_errors import DealersError


def main(arguments: list[str]) -> str | None:
    """Write the files; returns what went wrong, for people, or None."""
    if len(arguments) != 5:
        return __doc__
    state, sounds, passwords, telephony, dealers = map(Path, arguments)
    try:
        phones = load_dealers(dealers).phones
        node = read_node(telephony, phones, load_credentials(passwords, phones), state, sounds)
        manifest = read_manifest()
        make_sounds(sounds, manifest)
        for file in unused_recordings(manifest):
            sys.stderr.write(f"{file}: no prompt has this name, nobody hears it; see prompts.toml\n")
        install(node)
    except (AsteriskError, DealersError) as error:
        return str(error)
    except OSError as error:
        return f"{error.filename}: {error.strerror}: do this as the user that Asterisk runs as, in folders of its own"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
