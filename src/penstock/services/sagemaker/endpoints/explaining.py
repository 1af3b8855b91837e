"""Explaining: an instance whose answers are explained, as AWS's Clarify does it beside a model.

    request ──► model ──answer──► explainer ──lines──► model ──answers──► explainer ──document──► caller

The explainer is a server of Clarify's image (`penstock_image.clarify.online`): it says what the model is to be asked,
and what comes of it. Who else asks the model takes turns with it.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from penstock.services.sagemaker.endpoints.instance import EMPTY, Answering, Lost, Unfit
from penstock.services.sagemaker.endpoints.saying import Listener, Said

Json = Any
NAME: Final = "clarify"  # what messages and logs call it
AT_ONCE: Final = 2_000  # records in a question, where nothing is configured; a model that does not take them gets one
MIB: Final = 1 << 20
LARGEST_MIB: Final = 6  # of a question


class Unanswered(Exception):
    """The model, or the explainer, has not answered well."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.body.decode(errors="replace"))
        self.said = said


@dataclass(frozen=True, slots=True)
class Asking:
    """A request of a caller's, what the model has answered, and until when it is to be explained."""

    facts: Mapping[str, str]
    told: Mapping[str, str]
    longest: float
    until: float


class Explained:
    """`records` in a question at most (None: as many as the model takes), which has `largest` bytes at most."""

    def __init__(self, model: Answering, explainer: Answering, *, records: int | None, largest: int) -> None:
        self.outstanding = 0  # requests, counted by whoever hands them out
        self.last_asked = 0
        self._model = model
        self._explainer = explainer
        self._sizes: tuple[int, ...] = (records,) if records else (AT_ONCE, 1)  # what the model may take
        self._largest = largest

    async def begin(self) -> None:
        await asyncio.gather(self._model.begin(), self._begin_explainer())

    async def keep(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._model.keep())
            tasks.create_task(self._explainer.keep())

    async def ask(
        self,
        facts: Mapping[str, str],
        body: bytes,
        longest: float,
        listener: Listener | None = None,
    ) -> Said:
        """The document of predictions and explanations, or what did not answer well. Raises `Unfit` and `Lost`.

        A document is not streamed: a listener hears nothing before it is whole.
        """
        until = asyncio.get_running_loop().time() + longest
        said = await self._model.ask(facts, body, longest)
        if not said.is_well:
            return said
        told = {
            "body": body.decode(errors="replace"),
            "content_type": facts["content_type"],
            "said": said.body.decode(errors="replace"),
            "said_type": said.content_type,
            "enabled": facts.get("explanations", ""),
        }
        try:
            document = await self._explained(Asking({**facts, "session": ""}, told, longest, until))
        except Unanswered as problem:
            return problem.said
        return replace(said, content_type="application/json", body=document)

    def close(self) -> None:
        self._model.close()
        self._explainer.close()

    async def _begin_explainer(self) -> None:
        try:
            await self._explainer.begin()
        except Unfit as problem:
            problem.container = NAME
            raise

    async def _explained(self, asking: Asking) -> bytes:
        lines = json.loads(await self._of_explainer(asking, "/questions", asking.told))["lines"]
        *larger, smallest = self._sizes
        for size in larger:
            with suppress(Unanswered):
                return await self._with_answers(asking, await self._answers(asking, lines, size))
        document = await self._with_answers(asking, await self._answers(asking, lines, smallest))
        self._sizes = (smallest,)
        return document

    async def _with_answers(self, asking: Asking, answers: list[tuple[int, str]]) -> bytes:
        return await self._of_explainer(asking, "/explanations", {**asking.told, "answers": answers})

    async def _answers(self, asking: Asking, lines: list[str], size: int) -> list[tuple[int, str]]:
        """What the model says of lines that are put to it, so many at a time."""
        answers = []
        for some in batches(lines, size, self._largest):
            if asyncio.get_running_loop().time() > asking.until:
                raise Lost("timed-out")
            said = await self._model.ask(asking.facts, "".join(some).encode(), asking.longest)
            if not said.is_well:
                raise Unanswered(said)
            answers.append((len(some), said.body.decode(errors="replace")))
        return answers

    async def _of_explainer(self, asking: Asking, path: str, told: Json) -> bytes:
        facts = {**EMPTY, "path": path, "content_type": "application/json"}
        try:
            said = await self._explainer.ask(facts, json.dumps(told).encode(), asking.longest)
        except (Unfit, Lost) as problem:
            problem.container = NAME
            raise
        if not said.is_well:
            raise Unanswered(replace(said, container=NAME))
        return said.body


def explained(model: Answering, explainer: Answering, config: Mapping[str, Json]) -> Explained:
    """As a ClarifyExplainerConfig says."""
    inference = config.get("InferenceConfig", {})
    largest = inference.get("MaxPayloadInMB", LARGEST_MIB) * MIB
    return Explained(model, explainer, records=inference.get("MaxRecordCount"), largest=largest)


def batches(lines: list[str], size: int, largest: int) -> Iterator[list[str]]:
    """Lines, so many at a time and with so many bytes at most; a longer one goes alone."""
    some: list[str] = []
    held = 0
    for line in lines:
        written = f"{line}\n"
        length = len(written.encode())
        if some and (len(some) == size or held + length > largest):
            yield some
            some, held = [], 0
        some.append(written)
        held += length
    if some:
        yield some
