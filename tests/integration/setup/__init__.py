"""The scripts that set things up."""
