"""Serve a worker's metrics, since it has no HTTP edge of its own."""

from collections.abc import Generator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server

from gateway.worker.worker_settings import WorkerSettings


@contextmanager
def served_metrics(settings: WorkerSettings) -> Generator[WSGIServer | None, None, None]:
    """Serve metrics in the Prometheus format from a thread for as long as the block lasts, if a port is set."""
    if not settings.metrics_port:
        yield None
        return
    server, thread = start_http_server(settings.metrics_port, addr=settings.metrics_host)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
