"""Metrics under a real Prometheus."""
