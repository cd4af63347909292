"""Rendering, prompts, passwords and checks of the Asterisk side, without an Asterisk."""
