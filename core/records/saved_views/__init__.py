"""Saved views: lists of records as somebody narrowed them, kept under a name, for oneself or for the tenant."""
