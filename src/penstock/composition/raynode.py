"""A node of a Ray cluster at work on one job: `python -m penstock.composition.raynode`, its mission in a variable.

What it prints is in Ray's log of the job; its last line is what the job's failure says where the agent came to nothing.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from penstock import __version__
from penstock.composition.images import Images
from penstock.composition.inventories import inventory
from penstock.composition.sources import chance, clock
from penstock.engine.jobs import Ending
from penstock.images.catalog import BadCatalog
from penstock.runtimes.inputs import relative
from penstock.runtimes.ray.errands import VARIABLE, Call, Mission
from penstock.runtimes.ray.node.agent import Agent, first
from penstock.runtimes.ray.node.broom import Broom
from penstock.runtimes.ray.node.line import Line, NotWanted, Refused, Unreached

FIRST_WITHIN: Final = 120.0  # seconds: a server that this node does not reach by then, it does not reach
PATIENCE: Final = 86_400.0  # seconds that a server may be away while the job runs, or when it has ended
ENVIRONMENTS: Final = "PENSTOCK_ENVIRONMENTS"  # where Pythons are built, if not below the node's home; jobs share them


def main() -> str | None:
    """What is wrong, if anything is."""
    mission = msgspec.json.decode(os.environ.pop(VARIABLE), type=Mission)
    if mission.version != __version__:
        return f"this node has Penstock {__version__}, and the server is {mission.version}: install the same"
    problem = ""
    try:
        asyncio.run(work(mission))
    except* NotWanted:
        problem = ""
    except* (Unreached, Refused) as problems:
        problem = str(first(problems))
    return problem or None


async def work(mission: Mission) -> None:
    folder = Path(tempfile.mkdtemp(prefix="penstock-ray-"))
    broom = Broom(folder)
    line = Line(mission, clock, patience=PATIENCE)
    try:
        errand = await line.take(Call(mission.attempt, chance()), patience=FIRST_WITHIN)
        try:
            images = images_of(errand.mapping, folder)
        except BadCatalog as problem:
            await line.end(Ending(reason="unstartable", message=str(problem)))
        else:
            await Agent(mission, line, errand, folder, images.resolve, partial(listed, images), clock).carry_out()
    finally:
        await line.close()
        await broom.sweep()


def images_of(mapping: Mapping[str, str], folder: Path) -> Images:
    """The catalogue as the server has it. Raises `BadCatalog`."""
    for name, text in mapping.items():
        place = folder / "catalog" / relative(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    built = os.environ.get(ENVIRONMENTS, "~/.cache/penstock/environments")
    return Images(folder / "catalog", Path(built).expanduser())


def listed(images: Images, uri: str) -> bytes:
    """What an image stands for on this node."""
    return msgspec.json.encode(inventory(images.plan(uri)), order="sorted")


if __name__ == "__main__":
    sys.exit(main())
