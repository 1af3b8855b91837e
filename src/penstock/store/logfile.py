"""Log files: a stream of log records as a plain file that `tail -f` can read.

A record is a line: milliseconds since the epoch, a tab, the message. Inside a message, backslash and line feed are
written ``\\\\`` and ``\\n``. Job supervisors write this form too (they share no code with Penstock, only this page).
"""

import hashlib
from pathlib import Path
from typing import NamedTuple


class Record(NamedTuple):
    at: int  # milliseconds since the epoch
    message: str


def encode(record: Record) -> bytes:
    text = record.message.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{record.at}\t{text}\n".encode(errors="surrogateescape")


def decode(line: bytes) -> Record:
    """The record of a line (with or without its line feed)."""
    stamp, _, text = line.rstrip(b"\n").decode(errors="replace").partition("\t")
    if "\\" in text:
        text = "\\".join(part.replace("\\n", "\n") for part in text.split("\\\\"))
    return Record(int(stamp), text)


def stream_path(root: Path, account: str, region: str, group: str, stream: str) -> Path:
    """The file of a log stream under the data folder `root`: a pure function of its names, which never become paths."""
    name = f"{account}\0{region}\0{group}\0{stream}"
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()
    return root / "logs" / digest[:2] / f"{digest[2:]}.log"
