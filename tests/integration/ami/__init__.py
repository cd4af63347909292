"""Against a fake server of `app.ami`."""
