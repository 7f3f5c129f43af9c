"""Consultation: units below read a draft and comment on places of it; the editor answers each comment."""
