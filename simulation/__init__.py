"""Made-up people and the traffic they cause, for the demo and for the pacing laboratory."""
