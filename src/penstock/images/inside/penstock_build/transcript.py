"""The log of a build: the commands' output and AWS's own lines, in which no secret is to be read.

[Container] 2026/11/26 19:20:28.123456 Running command pytest
"""

import sys
from datetime import datetime, timezone
from typing import BinaryIO, Iterable, Optional

MASK = b"***"
LONGEST = 1 << 16  # bytes of a line that are held back until its end comes


class Transcript:
    """What is written is masked line by line, as exact texts, and written at once."""

    def __init__(self, secrets: Iterable[str], to: Optional[BinaryIO] = None) -> None:
        lines = {line for secret in secrets for line in secret.splitlines() if line.strip()}
        self._secrets = sorted((line.encode() for line in lines), key=len, reverse=True)
        self._to = sys.stdout.buffer if to is None else to
        self._begun = b""

    def say(self, text: str) -> None:
        """A line of the build's own."""
        self.finish_line()
        at = datetime.now(timezone.utc).strftime("%Y/%m/%d %H:%M:%S.%f")
        self._write(f"[Container] {at} {text}\n".encode())

    def write(self, piece: bytes) -> None:
        """Some of the commands' output."""
        *whole, self._begun = (self._begun + piece).split(b"\n")
        if whole:
            self._write(b"\n".join(whole) + b"\n")
        if len(self._begun) > LONGEST:
            self.finish_line()

    def finish_line(self) -> None:
        if self._begun:
            begun, self._begun = self._begun, b""
            self._write(begun + b"\n")

    def masked(self, text: str) -> str:
        return self._mask(text.encode()).decode(errors="replace")

    def _write(self, content: bytes) -> None:
        self._to.write(self._mask(content))
        self._to.flush()

    def _mask(self, content: bytes) -> bytes:
        for secret in self._secrets:
            content = content.replace(secret, MASK)
        return content
