"""Pages of a person's hours: the week, dates that differ, time off, what a change would do, and what was changed."""
