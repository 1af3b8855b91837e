"""A `serve` program of the customer's, which listens on a port: started here, and asked over HTTP.

    PENSTOCK_SERVE   the program, as a JSON list of words        SAGEMAKER_BIND_TO_PORT   where it is to listen

`/ping` is answered when the program answers it with 200, and says on which port that is: whoever wants several requests
answered at once asks there.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress

from penstock_image.serving.messages import Request, Response

HOST = "127.0.0.1"
LOOK_EVERY = 0.05  # seconds between two looks whether the program answers
LONGEST = 3600.0  # seconds; whoever asks gives up long before
ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def words(variables: Mapping[str, str]) -> list[str]:
    """The command; `python` is the Python that this is run with."""
    given: list[str] = json.loads(variables["PENSTOCK_SERVE"])
    return [sys.executable if given[0] in {"python", "python3"} else given[0], *given[1:]]


class Program:
    """Ends this process when the program ends."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._port = free_port()
        environment = {**variables, "SAGEMAKER_BIND_TO_PORT": str(self._port)}
        self._process = subprocess.Popen(words(variables), env=environment)
        threading.Thread(target=self._follow, daemon=True).start()

    def respond(self, request: Request) -> Response:
        if request.path != "/ping":
            return self._asked("POST" if request.path == "/invocations" else "GET", request)
        until = time.monotonic() + LONGEST
        while time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException):
                if self._asked("GET", request).status == 200:
                    return Response(200, str(self._port).encode())
            time.sleep(LOOK_EVERY)
        return Response(503, b"the program does not answer /ping with 200")

    def _asked(self, method: str, request: Request) -> Response:
        connection = http.client.HTTPConnection(HOST, self._port, timeout=LONGEST)
        headers = {"Content-Type": request.content_type, "Accept": request.accept, ATTRIBUTES: request.attributes}
        given = {name: value for name, value in headers.items() if value}
        try:
            connection.request(method, request.path, request.body if method == "POST" else None, given)
            answer = connection.getresponse()
            content_type, attributes = answer.getheader("Content-Type", ""), answer.getheader(ATTRIBUTES, "")
            return Response(answer.status, answer.read(), content_type, attributes)
        finally:
            connection.close()

    def _follow(self) -> None:
        status = self._process.wait()
        os._exit(status if status >= 0 else 128 - status)
