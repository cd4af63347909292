"""What the measurements share: an Asterisk with SIPp around it, the programs under test, stopwatches and tables."""
