"""Tests of what a caller hears before an agent."""
