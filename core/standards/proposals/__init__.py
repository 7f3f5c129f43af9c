"""Adaptations that one person proposes and another approves."""
