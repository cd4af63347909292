"""Simulated days: what holds on each, and their figures against closed formulas and an independent simulator."""
