"""Asterisk's REST interface: the typed client, the events socket and the translation to our own facts and commands."""
