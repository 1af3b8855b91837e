"""Errands: what one host of a job has another do. They stand in the place of ssh, which rooms have not.

    mpirun ──HOST COMMAND──► penstock-errand (`send`) ──secret, command──► that host (`wait`) ──► sh -c COMMAND
                                            exit code ◄──────────────────────┘

A host takes one errand, from who knows the secret that it has told when the hosts met, and is done with it. Errands
end with who has sent them; who has none is dismissed (`dismiss`).
"""

import hmac
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from penstock_image.layout import Json
from penstock_image.meeting import LONGEST, PAUSE, free_port, meet

ADDRESSES = "PENSTOCK_ERRANDS"  # of every host, by the name that mpirun is told: where it waits, and its secret
OWN = "PENSTOCK_ERRANDS_HERE"  # this host's name among them
LONGEST_LINE = 1 << 20
GRACE = 5.0  # seconds until an errand that is told to end is killed


def agreed(hosts: Sequence[str], current: str, variables: Mapping[str, str], port: int | None = None) -> dict[str, str]:
    """The variables by which the hosts of a job find one another; this one waits at `port`, or at a free one.

    All hosts have one address, which mpirun would take for its own machine's; so they go by others of the loopback.
    """
    own = {"port": port or free_port(), "secret": secrets.token_hex(16)}
    told = meet(hosts, current, variables, own, lambda all_of_them: all_of_them)
    return {
        ADDRESSES: json.dumps({name_of(place): told[host] for place, host in enumerate(hosts)}),
        OWN: name_of(hosts.index(current)),
    }


def name_of(place: int) -> str:
    """What mpirun is told of a host."""
    return f"127.0.{place // 250}.{place % 250 + 2}"


def send(words: Sequence[str], variables: Mapping[str, str] = os.environ) -> int:
    """Have a host do something, as `ssh HOST COMMAND` would; its exit code. Options before the host say nothing."""
    places = json.loads(variables[ADDRESSES])
    first = next(number for number, word in enumerate(words) if word in places)
    host, command = words[first], " ".join(words[first + 1 :])
    if host == variables[OWN]:
        return _done(subprocess.run(["/bin/sh", "-c", command], check=False).returncode)
    with _reached(int(places[host]["port"])) as channel:
        channel.sendall(json.dumps({"secret": places[host]["secret"], "command": command}).encode() + b"\n")
        answer = _line(channel)
    return int(answer) if answer else 1


def dismiss(variables: Mapping[str, str] = os.environ) -> None:
    """Let every other host go that still waits for an errand."""
    for name, place in json.loads(variables[ADDRESSES]).items():
        if name != variables[OWN]:
            with suppress(OSError), socket.create_connection(("127.0.0.1", int(place["port"]))) as channel:
                channel.sendall(json.dumps({"secret": place["secret"], "command": "true"}).encode() + b"\n")
                _line(channel)


def wait(
    variables: Mapping[str, str] = os.environ,
    longest: float | None = LONGEST,
    listening: socket.socket | None = None,
) -> int:
    """Wait for this host's errand and do it; its exit code."""
    here = json.loads(variables[ADDRESSES])[variables[OWN]]
    with listening or socket.create_server(("127.0.0.1", int(here["port"]))) as server:
        server.settimeout(longest)
        while True:
            channel, _ = server.accept()
            with channel:
                channel.settimeout(LONGEST)
                errand = _read(channel)
                if hmac.compare_digest(str(errand.get("secret", "")), here["secret"]):
                    code = _do(str(errand["command"]), channel)
                    with suppress(OSError):  # whoever has sent it may be gone
                        channel.sendall(f"{code}\n".encode())
                    return code


def _do(command: str, channel: socket.socket) -> int:
    """Do an errand while whoever has sent it is there."""
    process = subprocess.Popen(["/bin/sh", "-c", command], stdin=subprocess.DEVNULL, start_new_session=True)
    while process.poll() is None:
        if select.select([channel], [], [], PAUSE)[0] and not channel.recv(1):
            _end(process)
    return _done(process.returncode)


def _end(process: "subprocess.Popen[bytes]") -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _done(code: int) -> int:
    """An exit code as a shell says it."""
    return code if code >= 0 else 128 - code


def _reached(port: int) -> socket.socket:
    """A connection to a host, which may not wait yet."""
    until = time.monotonic() + LONGEST
    while True:
        try:
            channel = socket.create_connection(("127.0.0.1", port))
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE)
        else:
            channel.settimeout(None)  # an errand takes as long as the job
            return channel


def _read(channel: socket.socket) -> Json:
    """What is asked; nothing where that is none."""
    try:
        told = json.loads(_line(channel) or "{}")
    except (ValueError, OSError):
        return {}
    return told if isinstance(told, dict) else {}


def _line(channel: socket.socket) -> str:
    with channel.makefile("rb") as file:
        return file.readline(LONGEST_LINE).decode()
