"""The register of vehicles, asked over HTTP."""
