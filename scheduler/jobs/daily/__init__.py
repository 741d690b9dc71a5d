"""Jobs of every day."""
