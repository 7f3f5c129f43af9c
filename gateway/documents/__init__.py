"""Trusted documents: what front ends ask is registered when they are built, and served by its hash."""
