"""Unit tests of the shared words."""
