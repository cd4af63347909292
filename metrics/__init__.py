"""What each figure means, and the Prometheus collectors that observe the facts."""
