"""Starts the HTTP server and stops it without losing what it is doing."""
