"""How operations run: one connection at a time, statements batched by declaration, every mutation a transaction."""
