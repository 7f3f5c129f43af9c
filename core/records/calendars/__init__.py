"""Business calendars: when a site is open, in its own wall time."""
