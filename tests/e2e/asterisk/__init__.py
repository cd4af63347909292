"""The configuration files, the fallback and the pretend network, on a real Asterisk."""
