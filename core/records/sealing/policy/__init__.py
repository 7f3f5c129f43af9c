"""What a log is made of, without I/O: hashes, proofs, signed checkpoints, and what an examination finds."""
