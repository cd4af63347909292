"""Tests of the HTTP API's own parts."""
