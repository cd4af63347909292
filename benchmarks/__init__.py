"""Repeatable measurements on a real Asterisk; `README.md` says how they are made and what came out."""
