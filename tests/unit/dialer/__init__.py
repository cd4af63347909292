"""The dialler's decisions."""
