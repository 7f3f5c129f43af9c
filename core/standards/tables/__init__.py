"""The tables, by what they are for; ``models.py`` names them all."""
