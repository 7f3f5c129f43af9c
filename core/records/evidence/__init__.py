"""Evidence: files that prove that a step was done, kept encrypted and known by what they contain."""
