"""Tests of the independent checker, on traces made by hand."""
