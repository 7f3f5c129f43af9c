"""What the execution of records adds to the schema."""
