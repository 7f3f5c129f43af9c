"""The worker process: relay, hints and arq; the only place that knows arq."""
