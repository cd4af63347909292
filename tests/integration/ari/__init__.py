"""Against a fake server of `app.ari`."""
