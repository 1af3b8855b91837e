"""A collector of spans and of lineage events: what a server sent, as the formats' own definitions read it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Collector:
    url: str = ""
    refusing: int = 0  # so many requests are answered 503 first
    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    events: list[dict[str, Any]] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def take(self, path: str, body: bytes) -> int:
        if self.refusing:
            self.refusing -= 1
            return 503
        if path == "/api/v1/lineage":
            self.events.append(json.loads(body))
            return 201
        assert path == "/v1/traces"
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            self.services |= {
                each.value.string_value for each in resource.resource.attributes if each.key == "service.name"
            }
            self.spans += [span for scope in resource.scope_spans for span in scope.spans]
        return 200

    def span(self, name: str) -> Any:
        (found,) = {each.span_id: each for each in self.spans if each.name == name}.values()
        return found


@contextmanager
def collecting(**given: int) -> Iterator[Collector]:
    collector = Collector(**given)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.keys.add(self.headers.get("authorization", ""))
            self.send_response(collector.take(self.path, body))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as above
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
