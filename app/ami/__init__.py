"""Asterisk's manager interface, for what ARI does not tell safely: phones' contacts, trunk registration, reloading."""
