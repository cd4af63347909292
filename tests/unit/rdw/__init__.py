"""What is decided when the register is asked."""
