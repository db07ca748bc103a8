"""签章: with a key that is at hand, or in two steps with one that is elsewhere."""
