"""Asking: one instance's model servers, a request of it and what comes of it, tried again where that may help.

A server that cannot be reached, does not answer in time or fails itself is asked again; one that says that the request
is wrong (a status of 4xx) is not.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from penstock.services.sagemaker.endpoints.instance import EMPTY, Answering, Lost, Unfit
from penstock.services.sagemaker.endpoints.saying import Said
from penstock.services.sagemaker.transform.model import Problem
from penstock.services.sagemaker.transform.order import Order

Json = Any

PAUSE: Final = 0.5  # seconds before the first new try; twice that before each further one
PARAMETERS_WITHIN: Final = 60.0
UNANSWERED: Final = "Unable to get response from algorithm"
LONGEST_DETAIL: Final = 2_000  # characters of what an algorithm said


class Asking:
    """What a job asks of one instance."""

    def __init__(self, instance: Answering, first: str, order: Order) -> None:
        self._instance = instance
        self._first = first  # of its containers
        self._order = order

    async def parameters(self) -> Mapping[str, Json]:
        """What the first container says of how it wants to be asked; nothing where it does not say."""
        facts = {**EMPTY, "path": "/execution-parameters", "container": self._first}
        try:
            said = await self._instance.ask(facts, b"", PARAMETERS_WITHIN)
            told = msgspec.json.decode(said.body) if said.status == 200 else {}
        except (Lost, Unfit, msgspec.DecodeError):
            return {}
        return told if isinstance(told, dict) else {}

    async def answer(self, payload: bytes) -> bytes | Problem:
        """The algorithm's answer to a payload, or what is wrong."""
        answer = await self._once(payload)
        for tried in range(self._order.retries):
            if not isinstance(answer, Problem) or answer.blame == "ClientError":
                return answer
            await asyncio.sleep(PAUSE * 2**tried)
            answer = await self._once(payload)
        return answer

    async def _once(self, payload: bytes) -> bytes | Problem:
        try:
            said = await self._instance.ask(self._order.facts, payload, self._order.timeout)
        except (Lost, Unfit) as gone:
            why = f"no answer within {self._order.timeout:.0f} seconds" if str(gone) == "timed-out" else str(gone)
            return Problem("AlgorithmError", UNANSWERED, why)
        return judged(said)


def judged(said: Said) -> bytes | Problem:
    """An answer's content, or the problem that its status is."""
    if 200 <= said.status < 300:
        return said.body
    detail = said.body.decode(errors="replace")[:LONGEST_DETAIL]
    if 400 <= said.status < 500:
        return Problem("ClientError", f"ClientError: {said.status}", detail)
    return Problem("AlgorithmError", f"Bad HTTP status received from algorithm: {said.status}", detail)
