"""Rendering, passwords and call files of the Asterisk side, without an Asterisk."""
