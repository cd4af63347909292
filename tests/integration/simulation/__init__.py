"""Simulated days against closed formulas and against an independent simulator."""
