"""Customers and their cars."""
