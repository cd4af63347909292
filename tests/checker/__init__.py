"""An independent checker: recounts a campaign from the packets on the wire and compares it with what the product's books say.

It shares no code with the product and imports nothing but the standard library.
"""
