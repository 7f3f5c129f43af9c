"""The words of records' notes, kept as keyed hashes, so that records are found by them and nobody reads them."""
