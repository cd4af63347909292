"""Tests with a database or a fake server."""
