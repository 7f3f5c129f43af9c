"""Reports a director reads: figures, charts and what they mean, as one self-contained HTML file."""
