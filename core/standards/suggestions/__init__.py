"""Suggestions: adaptations that others propose, such as what a country's law asks for."""
