"""The hosts of a job meet: each tells something, and the first answers all of them alike.

They share this machine's network, so what several must agree upon and one can find (a free port) is settled so. Where
they meet follows from the job's ARN; a meeting also waits for whoever is still installing packages.
"""

import hashlib
import json
import socket
import time
from collections.abc import Callable, Mapping, Sequence

from penstock_image.failure import ClientError
from penstock_image.layout import Json

LONGEST = 900.0  # seconds until the last host must have come
PAUSE = 0.05
FIRST_PORT, PORTS = 20_000, 10_000  # below those that systems give away by themselves


def meet(
    hosts: Sequence[str],
    current: str,
    variables: Mapping[str, str],
    told: Json,
    answer: Callable[[dict[str, Json]], Json],
) -> Json:
    """What `answer` makes, at the first host, of what each has told. Raises `ClientError` if a host does not come."""
    if len(hosts) == 1:
        return answer({current: told})
    place = (hosts[0], _port(variables))
    until = time.monotonic() + LONGEST
    try:
        if current == hosts[0]:
            return _answer_all(place, hosts, until, {current: told}, answer)
        return _ask(place, until, {"host": current, "told": told})
    except OSError as problem:
        raise ClientError(
            f"{current} could not meet the other hosts of this job ({', '.join(hosts)}) at port {place[1]}: {problem}"
        ) from problem


def _port(variables: Mapping[str, str]) -> int:
    name = variables.get("TRAINING_JOB_ARN") or variables.get("TRAINING_JOB_NAME") or ""
    return FIRST_PORT + int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]) % PORTS


def free_port() -> int:
    with socket.create_server(("", 0)) as server:
        return int(server.getsockname()[1])


def _answer_all(
    place: tuple[str, int],
    hosts: Sequence[str],
    until: float,
    told: dict[str, Json],
    answer: Callable[[dict[str, Json]], Json],
) -> Json:
    waiting: list[socket.socket] = []
    with socket.create_server(place) as server:
        try:
            while len(told) < len(hosts):
                server.settimeout(_left(until))
                peer, _ = server.accept()
                waiting.append(peer)
                peer.settimeout(_left(until))
                said = json.loads(_line(peer))
                told[said["host"]] = said["told"]
            result = answer({host: told[host] for host in hosts})
            for peer in waiting:
                peer.sendall(json.dumps(result).encode() + b"\n")
            return result
        finally:
            for peer in waiting:
                peer.close()


def _ask(place: tuple[str, int], until: float, told: Json) -> Json:
    while True:
        try:
            peer = socket.create_connection(place, timeout=_left(until))
            break
        except ConnectionRefusedError:  # the first host has not come yet
            _left(until)
            time.sleep(PAUSE)
    with peer:
        peer.settimeout(_left(until))
        peer.sendall(json.dumps(told).encode() + b"\n")
        return json.loads(_line(peer))


def _line(peer: socket.socket) -> bytes:
    with peer.makefile("rb") as file:
        line = file.readline()
    if not line.endswith(b"\n"):
        raise ConnectionError("a host has gone")
    return line


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError(f"not all of them came in {LONGEST:.0f} s")
    return left
