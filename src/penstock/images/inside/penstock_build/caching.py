"""The cache: what an earlier build has kept is laid out before the first phase, and kept anew after the last.

Members of an archive begin with the place that they belong to, since that is another path in another environment:
`src/…` the primary source, `home/…` the home folder (AWS's /root), `root/…` anywhere else. Nothing that goes wrong
here fails a build.
"""

import os
import tarfile
from pathlib import Path
from typing import Any, Mapping, Optional

from penstock_build import selection
from penstock_build.session import Session
from penstock_build.transcript import Transcript
from penstock_build.unpacking import unpack_tree

Json = Any
AWS_HOME = "/root"
ARCHIVE = "cache.tar"


class Cache:
    """`order`: its key, the keys to fall back to, paths, and the archives that there are, the newest first."""

    def __init__(self, order: Mapping[str, Json], session: Session, transcript: Transcript, folder: Path) -> None:
        self._order = order
        self._session = session
        self._transcript = transcript
        self._places = {"src": folder, "home": Path.home(), "root": Path("/")}
        self._key = ""

    def restore(self) -> None:
        """Once the sources are there, since keys are made of them."""
        self._key = self._session.expand(self._order["key"])
        if not self._order["restores"]:
            return
        found = self._found()
        if found is None:
            self._transcript.say(f"No cache is there{self._named(self._key)}")
            return
        try:
            self._unpack(Path(self._order["available"][found]))
        except (OSError, tarfile.TarError) as problem:
            self._transcript.say(f"The cache cannot be restored: {problem}")
        else:
            self._transcript.say(f"Restored the cache{self._named(found)}")

    def save(self, folder: Path) -> Optional[dict[str, Json]]:
        """Pack what the paths mean into a folder; what is told of it. A key's cache is never replaced."""
        if not self._order["saves"]:
            return None
        if self._key and self._key in self._order["available"]:
            self._transcript.say(f"The cache{self._named(self._key)} is there already, and stays as it is")
            return None
        found = self._selected()
        if not found:
            self._transcript.say("Nothing fits the paths of the cache")
            return None
        try:
            folder.mkdir(parents=True, exist_ok=True)
            pack(found, folder / ARCHIVE)
        except OSError as problem:
            self._transcript.say(f"The cache cannot be kept: {problem}")
            return None
        self._transcript.say(f"Keeping the cache{self._named(self._key)}: {len(found)} file(s)")
        return {"key": self._key}

    def _found(self) -> Optional[str]:
        """The key of the archive to restore: exactly this one, or the newest that begins like one to fall back to."""
        available = self._order["available"]
        if self._key in available:
            return self._key
        beginnings = [self._session.expand(each) for each in self._order["fallbacks"]] if self._key else []
        fitting = (key for beginning in beginnings for key in available if key.startswith(beginning))
        return next(fitting, None)

    def _named(self, key: str) -> str:
        return f" '{key}'" if key else ""

    # -- what is in it

    def _selected(self) -> dict[str, Path]:
        """The files to keep, by the names of their members."""
        top = self._places["src"]
        patterns = [self._whole(self._session.expand(path)) for path in self._order["paths"]]
        return {self._member(path): path for path in selection.select(top, patterns, links=True).values()}

    def _whole(self, pattern: str) -> str:
        """A pattern as it is here: AWS's home is this one's, a folder means all that is in it."""
        home = str(self._places["home"])
        if pattern == "~" or pattern.startswith("~/"):
            pattern = home + pattern[1:]
        elif pattern == AWS_HOME or pattern.startswith(AWS_HOME + "/"):
            pattern = home + pattern[len(AWS_HOME) :]
        is_folder = not selection.has_wildcard(pattern) and (self._places["src"] / pattern).is_dir()
        return f"{pattern.rstrip('/')}/**/*" if is_folder else pattern

    def _member(self, path: Path) -> str:
        name, place = next((name, place) for name, place in self._places.items() if path.is_relative_to(place))
        return f"{name}/{path.relative_to(place)}"

    def _unpack(self, archive: Path) -> None:
        with tarfile.open(archive) as packed:
            for member in packed:
                name, _, member.name = member.name.partition("/")
                target = self._places[name] / member.name
                if os.path.lexists(target) and not target.is_dir():
                    target.unlink()
                unpack_tree(packed, self._places[name], [member])


def pack(found: Mapping[str, Path], archive: Path) -> None:
    with tarfile.open(archive, "w") as packed:
        for name, path in found.items():
            member = packed.gettarinfo(path, name)
            if member.islnk():  # another name of a file that is in already: where it is laid out, it may be alone
                member.type, member.size = tarfile.REGTYPE, path.stat().st_size
            if not member.isreg():
                packed.addfile(member)
                continue
            with path.open("rb") as content:
                packed.addfile(member, content)
