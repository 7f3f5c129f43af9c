"""What migrations are written with, so that every table gets its walls, grants and distribution the same way."""
