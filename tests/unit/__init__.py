"""Tests without I/O and without real time."""
