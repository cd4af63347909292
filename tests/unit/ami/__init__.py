"""Decisions of `app.ami`."""
