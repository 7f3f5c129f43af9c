"""Answering operations: documents are parsed and validated once, reads run compiled, the rest is interpreted."""
