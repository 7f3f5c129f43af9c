"""Promises: what a tenant tells its customers of a standard, never more than the standard delivers."""
