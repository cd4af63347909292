"""Against a real Asterisk of `app.ari`."""
