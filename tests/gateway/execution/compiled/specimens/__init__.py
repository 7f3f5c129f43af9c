"""A feature with a column of every kind, every way to read it, and parts that not everybody may see."""
