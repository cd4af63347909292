"""Tests of the HTTP API over a real connection, on a real database."""
