"""Readers of service logs: a file in, traces out, one after another, in memory that does not grow with the file."""
