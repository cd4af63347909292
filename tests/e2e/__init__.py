"""Tests on a real Asterisk with real SIP."""
