"""Files, prompts and checks of the Asterisk side on disk, without an Asterisk."""
