"""Writing an instance's directory from the templates, the same node always giving the same files."""

import base64
import functools
import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path

import jinja2

from app.asterisk.nodes import TRUNK, DealerNode, NetworkNode
from app.asterisk.places import CONFIG_DIR

PACKAGED_DATA = Path("/usr/share/asterisk")

# On hold a person may say nothing for long, and whoever is on hold is given nobody.
ON_HOLD_SECONDS = 900

_CRYPT_DIGITS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def crypted(password: str) -> str:
    """The password as crypt(3) `$sha1$` with a single round, as ari.conf wants it.

    ARI checks the password on every request, and ours are 256 random bits: more rounds would only cost time, 4 ms a
    request with mkpasswd's usual ones. The salt follows from the password, so rendering twice gives the same file.
    """
    key = password.encode()
    salt = base64.b32encode(hashlib.sha256(b"dealerlijn" + key).digest()).decode()[:16].lower()
    digest = hmac.digest(key, f"{salt}$sha1$1".encode(), "sha1")
    circular = digest + digest[:1]
    text = ""
    for start in range(0, len(circular), 3):
        group = int.from_bytes(circular[start : start + 3])
        text += "".join(_CRYPT_DIGITS[group >> shift & 63] for shift in (0, 6, 12, 18))
    return f"$sha1$1${salt}${text}"


def render(node: DealerNode | NetworkNode) -> Mapping[str, str]:
    """The text of every file of the node's etc directory, by file name."""
    own = CONFIG_DIR / ("templates" if isinstance(node, DealerNode) else "network")
    return {
        name.removesuffix(".j2"): template.render(node=node, trunk=TRUNK, on_hold_seconds=ON_HOLD_SECONDS)
        for name, template in _templates(own).items()
    }


@functools.cache
def _templates(own: Path) -> Mapping[str, jinja2.Template]:
    folders = (own, CONFIG_DIR / "common")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - configuration files, and every value was checked by the node
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["crypted"] = crypted
    names = {path.name for folder in folders for path in folder.glob("*.conf.j2")}
    return {name: environment.get_template(name) for name in sorted(names)}


def install(node: DealerNode | NetworkNode) -> None:
    """Write the node's state directory, ready for AsteriskInstance; files hold passwords and are for the owner only.

    Files of an earlier rendering are replaced, those that no template gives any more are removed.
    """
    state = node.state_dir
    for name in (
        "etc",
        "run",
        "spool/outgoing",
        "spool/tmp",
        "spool/monitor",
        "spool/recording",
        "log",
        "db",
        "keys",
        "data",
    ):
        (state / name).mkdir(mode=0o700, parents=True, exist_ok=True)
    files = render(node)
    etc = state / "etc"
    for path in etc.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        path = etc / name
        path.touch(mode=0o600)
        path.write_text(text)
    links = {"documentation": PACKAGED_DATA / "documentation", "rest-api": PACKAGED_DATA / "rest-api"}
    for name, target in {**links, "sounds": node.sounds_dir.resolve()}.items():
        link = state / "data" / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
