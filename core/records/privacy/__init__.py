"""Privacy: erasure of persons, legal holds, retention by class, and what is held of a person as one file."""
