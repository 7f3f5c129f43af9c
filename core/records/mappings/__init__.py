"""Mapping files: how the traces of a log become records. ``README.md`` beside this module describes every key."""
