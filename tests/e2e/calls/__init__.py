"""Calls from end to end: callers, agents, customers, on a real Asterisk."""
