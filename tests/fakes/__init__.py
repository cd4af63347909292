"""Servers that stand in for the real ones and pass the same contract tests."""
