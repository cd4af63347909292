"""Listening to the customer to tell a person from a machine; what is heard is judged in `dialer.machine`."""
