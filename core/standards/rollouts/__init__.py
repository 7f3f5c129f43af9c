"""Rollouts: how a published version reaches the units below wave by wave, and how each acknowledges it."""
