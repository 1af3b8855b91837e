"""Preloading: a nursery for each set of modules, so that a resident begins with its heavy imports done.

Importing scikit-learn takes more than a second of processor time, a fork of what has imported it a few milliseconds.
Whether a resident wants that is a guess from the text of its code: a wrong one costs time, and nothing else.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from penstock.engine.residents import CannotStart, Setting
from penstock.runtimes.residents.nursery import Nursery
from penstock.runtimes.residents.resident import Kept
from penstock.runtimes.sandbox.needs import modules, names_any

ASKING: Final = ("requirements.txt", "setup.py")  # for packages that may be others than those that are there

Modules = tuple[str, ...]
WhereCode = Callable[[Setting], Sequence[Path]]


class Nurseries:
    """`Residents` on this machine; `where_code` says in which folders a resident's own code may be."""

    def __init__(self, make: Callable[[Modules], Nursery], where_code: WhereCode) -> None:
        self._make = make
        self._where_code = where_code
        self._kept: dict[Modules, Nursery] = {(): make(())}

    @property
    def languages(self) -> Mapping[str, str]:
        return self._kept[()].languages

    async def start(self, setting: Setting) -> Kept:
        if preload := wanted(setting, self._where_code(setting)):
            if preload not in self._kept:
                self._kept[preload] = self._make(preload)
            with suppress(CannotStart):  # it cannot be forked with them: then it imports them by itself
                return await self._kept[preload].start(setting)
        return await self._kept[()].start(setting)

    async def close(self) -> None:
        for nursery in self._kept.values():
            await nursery.close()


def wanted(setting: Setting, places: Sequence[Path]) -> Modules:
    """The modules that a resident is to be forked with: those of its image where its code names any, or it has none."""
    preload = setting.preload
    if setting.command or not preload:
        return ()
    there = [place for place in places if place.is_dir()]
    if any((place / name).exists() for place in there for name in ASKING):
        return ()
    found = [modules(os.fspath(place)) for place in there]
    return preload if any(names_any(preload, each) for each in found) or not any(found) else ()
