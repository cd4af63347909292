"""Unit tests of the running program's small parts."""
