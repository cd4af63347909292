"""The small parts of the running program, put together."""
