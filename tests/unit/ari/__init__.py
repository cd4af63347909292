"""Decisions of `app.ari`."""
