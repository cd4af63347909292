"""The HTTP API for supervisors, agents and machines."""
