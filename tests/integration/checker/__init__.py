"""Tests of the independent checker that read files."""
