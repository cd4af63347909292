"""A campaign on the real Asterisk: one for one, predictive, and refused by the network."""
