"""Where this checkout has what Asterisk's files are made from."""

from pathlib import Path

CONFIG_DIR = Path(__file__).parents[2] / "asterisk-config"
TELEPHONY = CONFIG_DIR / "telephony.toml"
