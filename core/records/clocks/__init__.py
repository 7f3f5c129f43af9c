"""Clocks of records: how much of a time limit is used up, when it falls due, and what happens then."""
