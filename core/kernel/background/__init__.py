"""Background work as people see it: what waits for them, what runs, what was given up."""
