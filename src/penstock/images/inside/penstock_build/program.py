"""An order, carried out: sources, phases, what they export, reports, artifacts."""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Mapping

from penstock_build import pausing, seldom, selection, sources, tools
from penstock_build.caching import Cache
from penstock_build.phases import Phases, Tail
from penstock_build.session import Session, Stopped
from penstock_build.told import Told
from penstock_build.transcript import Transcript
from penstock_build.versions import Unknown, Versions

Json = Any
PRIMARY = "primary"  # the folder of the artifacts that have no identifier
ENDED_EARLY = 143  # as shells say of SIGTERM


def main(order: str) -> int:
    """0 where the build has succeeded."""
    return Build(json.loads(Path(order).read_text())).run()


class Build:
    """One build. `root` is where what it leaves is found: `told`, `artifacts`, `reports`."""

    def __init__(self, order: Mapping[str, Json]) -> None:
        self._order = order
        self._root = Path(order["root"])
        self._folder = Path(order["folder"])
        for name in ("told", "artifacts", "reports", "scratch"):
            (self._root / name).mkdir(parents=True, exist_ok=True)
        secrets = [os.environ[name] for name in order["secrets"] if name in os.environ]
        self._transcript = Transcript(secrets)
        self._told = Told(self._root / "told" / "build.json", self._transcript)
        self._tail = Tail(self._transcript)
        self._environment = self._lay_out_tools()
        self._session = Session(
            order["shell"],
            self._folder,
            self._root / "scratch",
            self._environment,
            self._tail.write,
            keeps=order["keeps_session"],
        )
        pause = str(self._root / "tools" / tools.BREAKPOINT) if order["is_debugged"] else None
        self._phases = Phases(self._session, self._told, self._transcript, self._tail, pause)
        cache = order["cache"]
        self._cache = None if cache is None else Cache(cache, self._session, self._transcript, self._folder)

    def _lay_out_tools(self) -> "dict[str, str]":
        """The environment in which they are found."""
        tools.lay_out(self._root / "tools", Path(sys.argv[0]).absolute())
        path = os.pathsep.join([str(self._root / "tools"), os.environ.get("PATH", os.defpath)])
        environment = {**os.environ, "PATH": path}
        if self._order["is_debugged"]:
            place = self._root / "door"
            place.mkdir(exist_ok=True)
            with suppress(PermissionError):  # where it is shared it is another's, and open already
                place.chmod(0o777)  # whoever the commands run as
            environment[pausing.PLACE] = str(place)
        return environment

    def run(self) -> int:
        signal.signal(signal.SIGTERM, lambda *_: self._session.stop())
        for note in self._order["notes"]:
            self._transcript.say(note)
        try:
            return self._run()
        except Stopped:
            if self._told.under_way():
                self._told.leave("STOPPED")
            return ENDED_EARLY
        finally:
            self._session.close()

    def _run(self) -> int:
        if not self._download():
            return 1
        if not self._pick_versions():
            return 1
        if self._order["is_sandbox"]:
            self._told.enter("RUN_SANDBOX")
            keeper = seldom("keeping").Keeper(self._root, self._folder, self._environment, self._transcript)
            keeper.keep(lambda: self._session.is_stopped)
            raise Stopped
        if self._cache is not None:
            self._cache.restore()
        goes_on = self._phases.run(self._order["phases"])
        self._tell_exports()
        self._collect_reports()
        if goes_on:
            self._upload()
        if self._cache is not None and self._phases.is_succeeding:
            self._told.tell(cache=self._cache.save(self._root / "cache" / "saved"))
        return 0 if self._phases.is_succeeding else 1

    def _download(self) -> bool:
        self._told.enter("DOWNLOAD_SOURCE")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for source in self._order["sources"]:
                bring = sources.unpack if source["is_archive"] else sources.copy
                bring(Path(source["from"]), Path(source["folder"]))
        except (sources.Unreadable, OSError) as problem:
            self._told.leave("FAILED", "CLIENT_ERROR", str(problem))
            return False
        return True

    def _pick_versions(self) -> bool:
        """The end of DOWNLOAD_SOURCE, as on AWS."""
        versions = Versions(self._root, self._environment["PATH"])
        try:
            picked = versions.pick(self._order["versions"])
        except Unknown as problem:
            self._told.leave("FAILED", "YAML_FILE_ERROR", str(problem))
            return False
        self._environment.update(picked)
        self._session.environ(picked)
        for note in versions.notes:
            self._transcript.say(note)
        self._told.leave("SUCCEEDED")
        return True

    def _tell_exports(self) -> None:
        values = ((name, self._session.value(name)) for name in self._order["exported"])
        self._told.tell(exported=[{"name": name, "value": value} for name, value in values if value is not None])

    def _collect_reports(self) -> None:
        for number, report in enumerate(self._order["reports"]):
            found = self._select(report)
            selection.copy(selection.flat(found) if report["flat"] else found, self._root / "reports" / str(number))
            self._transcript.say(f"Report group {report['group']}: {len(found)} matching files")

    def _upload(self) -> None:
        """What has failed is told with the phase, and fails the build."""
        self._told.enter("UPLOAD_ARTIFACTS")
        try:
            if self._order["undefined"]:
                raise selection.NothingFound(self._order["undefined"][0])
            told = [self._collect(wanted) for wanted in self._order["artifacts"]]
        except selection.NothingFound as problem:
            self._phases.is_succeeding = False
            self._told.leave("FAILED", "CLIENT_ERROR", str(problem))
            return
        self._told.tell(artifacts=told)
        self._told.leave("SUCCEEDED")

    def _collect(self, wanted: Mapping[str, Json]) -> Json:
        found = self._select(wanted)
        if not found:
            raise selection.NothingFound("no matching artifact paths found")
        if wanted["flat"]:
            found = selection.flat(found)
        self._transcript.say(f"Found {len(found)} file(s)")
        folder = self._root / "artifacts" / (wanted["identifier"] or PRIMARY)
        told = {
            "identifier": wanted["identifier"],
            "name": self._session.expand(wanted["name"]),
            "prefix": self._session.expand(wanted["prefix"]),
        }
        if not wanted["packed"]:
            selection.copy(found, folder)
            return told
        selection.pack(found, folder / "artifacts.zip", links=wanted["links"])
        return {**told, **selection.digests(folder / "artifacts.zip")}

    def _select(self, wanted: Mapping[str, Json]) -> Mapping[str, Path]:
        def expanded(texts: list[str]) -> list[str]:
            return [os.path.expanduser(self._session.expand(text)) for text in texts]

        return selection.select(
            self._folder,
            expanded(wanted["files"]),
            self._session.expand(wanted["base"]),
            expanded(wanted.get("exclude", [])),
            links=wanted.get("links", False),
        )


if sys.version_info < (3, 9):  # told in words, not by a trace
    sys.exit(f"builds need Python 3.9 or newer in their image; this is {'.'.join(map(str, sys.version_info[:3]))}")
