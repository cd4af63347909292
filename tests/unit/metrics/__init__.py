"""Metrics: formulas, counting of facts, rules and dashboard."""
