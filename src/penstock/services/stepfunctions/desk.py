"""The desk: where expressions that take long are evaluated, one after another, by a process of its own.

It is started when it is first needed, and ends with the server, however that ends: nobody asks it any more. Answers
are kept for a while, since whoever asked begins again, and so does a run that is folded anew.
"""

import asyncio
import hashlib
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import OrderedDict
from typing import Final

import msgspec

from penstock.languages.asl.elsewhere import LENGTH, Answer, Question, answered

LARGEST_MEMORY: Final = 64 << 20  # bytes of answers
MOST_TEXTS: Final = 10_000
SECONDS: Final = 60.0  # for one answer, which should take less than one


class Desk:
    """Questions, and the answers that are known."""

    def __init__(self) -> None:
        self._answers: OrderedDict[bytes, bytes] = OrderedDict()
        self._size = 0
        self._texts: set[str] = set()  # of expressions that took long
        self._busy = asyncio.Lock()
        self._process: Process | None = None

    def expects(self, text: str) -> bool:
        return text in self._texts

    def find(self, question: bytes) -> Answer | None:
        answer = self._answers.get(_key(question))
        return None if answer is None else msgspec.json.decode(answer, type=Answer)

    async def work_out(self, question: bytes) -> None:
        """Know the answer."""
        async with self._busy:
            if _key(question) in self._answers:
                return
            try:
                async with asyncio.timeout(SECONDS):
                    answer = await self._asked(question)
            except (OSError, EOFError, TimeoutError):
                answer = await asyncio.to_thread(answered, question)
        self._keep(question, answer)

    async def work(self) -> None:
        """Until cancelled; then the process ends."""
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            await self._dismiss()

    async def _asked(self, question: bytes) -> bytes:
        try:
            process = self._process or await self._hired()
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(LENGTH.pack(len(question)) + question)
            await process.stdin.drain()
            (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
            return await process.stdout.readexactly(length)
        except BaseException:  # cancelled, too: what is half said cannot be gone on with
            await self._dismiss()
            raise

    async def _hired(self) -> Process:
        command = (sys.executable, "-P", "-m", "penstock.languages.asl.elsewhere")
        self._process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        return self._process

    async def _dismiss(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.kill()
        await process.wait()

    def _keep(self, question: bytes, answer: bytes) -> None:
        if len(self._texts) < MOST_TEXTS:
            self._texts.add(msgspec.json.decode(question, type=Question).text)
        self._answers[_key(question)] = answer
        self._size += len(answer)
        while self._size > LARGEST_MEMORY and len(self._answers) > 1:
            _, oldest = self._answers.popitem(last=False)
            self._size -= len(oldest)


def _key(question: bytes) -> bytes:
    return hashlib.blake2b(question, digest_size=16).digest()
