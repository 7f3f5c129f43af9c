"""Service records: real encounters, executed or imported step by step under an effective standard."""
