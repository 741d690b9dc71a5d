"""Jobs of every hour."""
