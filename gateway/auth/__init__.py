"""Who asks: bearer tokens, the issuers that may sign them, and the scope a token opens."""
