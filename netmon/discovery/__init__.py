"""Discovery: ask the addresses one names, and hold what answers against the inventory."""
