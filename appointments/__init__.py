"""What was promised: capacity, bookings and call-backs."""
