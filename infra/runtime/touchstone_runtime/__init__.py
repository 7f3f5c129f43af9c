"""PostgreSQL and Valkey for a Touchstone that was given neither."""
