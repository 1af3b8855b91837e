"""Materials: what a container is made of, and what goes into it before it starts.

What the job only reads is mounted read-only, as links to blobs. All else is copied in, and lives and dies in the
container's own files: whoever the job runs as, nothing on this machine is then another user's, or hard to remove. But
for the folders in which somebody is to meet it: they are on this machine, behind one that only we may pass.
"""

import io
import json
import os
import posixpath
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from penstock.engine.jobs import Input, Job
from penstock.runtimes.container.engine import Defaults
from penstock.runtimes.container.log import LIMIT
from penstock.runtimes.folder import JobFolder, below
from penstock.runtimes.inputs import lay, link, relative, stands_alone
from penstock.runtimes.slots import Hold, Share
from penstock.store.blobs import Blobs

ROOT: Final = "/opt/ml"
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # where an image sets none
PROCESSES: Final = 4096
ENGINE_LOG_LIMIT: Final = 4 * LIMIT  # each of its lines has some fifty bytes of its own
ARCHIVE: Final = "in.tar"
SHARED: Final = "shared"


def prepare(folder: JobFolder, job: Job, blobs: Blobs, gpus: Sequence[str] = ()) -> dict[str, Path]:
    """Lay out a job's folder: an archive, and links to what is only read. Answers the folders of those, by their place.

    Blocking. Raises `OutOfPlace` or `BlobDamaged`; then the job cannot be started.
    """
    folder.remove()
    folder.path.mkdir(parents=True)
    mounts: dict[str, Path] = {}
    archive = Archive()
    for path in folders_of(job):
        archive.folder(path)
    for number, each in enumerate(job.inputs):
        if not each.writable and stands_alone(job, each):
            mounts[each.folder] = linked(folder, each, number, blobs)
        else:
            archive.input(each, blobs)
    for path, content in job.files.items():
        archive.text(path, content)
    archive.write(folder.path / ARCHIVE)
    log = folder.log(job)
    begun = log.stat().st_size if log.exists() else 0
    folder.write(
        "job.json", json.dumps({"id": job.id, "log_begins": begun, "gpus": gpus, "shared": job.shared}).encode()
    )
    return mounts


def share(folder: JobFolder, job: Job) -> dict[str, Path]:
    """Make the folders in which a job is met, by their place inside. Blocking, for a moment."""
    if not job.shared:
        return {}
    (folder.path / SHARED).mkdir(mode=0o700)
    made = {inside: folder.path / SHARED / str(number) for number, inside in enumerate(job.shared)}
    for place in made.values():
        place.mkdir()
        place.chmod(0o777)  # whoever the image runs as
    return made


def met(folder: JobFolder, path: str) -> Path | None:
    """Where a path in such a folder is on this machine."""
    for number, inside in enumerate(folder.shared()):
        if path.startswith(f"{inside}/"):
            return folder.path / SHARED / str(number) / relative(path.removeprefix(f"{inside}/"))
    return None


def folders_of(job: Job) -> Iterator[str]:
    """What is there before the start, filled or empty."""
    yield from (ROOT, *job.folders)
    yield from (output.folder for output in job.outputs)
    yield from (each.folder for each in job.inputs)
    if is_own(job.working_folder):
        yield job.working_folder


def is_own(path: str) -> bool:
    """Whether a path is the job's, whatever its image has."""
    return path == ROOT or path.startswith(f"{ROOT}/")


def linked(folder: JobFolder, each: Input, number: int, blobs: Blobs) -> Path:
    root = folder.path / "inputs" / str(number)
    lay(str(root))
    for file in each.files:
        target = root / relative(file.path)
        lay(str(target.parent))
        link(blobs.find(file.digest).path, str(target))
    return root


@dataclass(slots=True)
class Archive:
    """A tar archive in the making. Whoever the image runs as may write to what is in it."""

    _entries: dict[str, tuple[tarfile.TarInfo, Path | bytes | None]] = field(default_factory=dict)

    def folder(self, path: str) -> None:
        """A folder, and those that it is in, as far as they are the job's own."""
        below(path)
        normal = posixpath.normpath(path)
        while is_own(normal) and normal not in self._entries:
            header = tarfile.TarInfo(normal.lstrip("/"))
            header.type, header.mode = tarfile.DIRTYPE, 0o777
            self._entries[normal] = (header, None)
            normal = posixpath.dirname(normal)

    def text(self, path: str, content: bytes) -> None:
        self._file(path, content, len(content))

    def input(self, each: Input, blobs: Blobs) -> None:
        for file in each.files:
            blob = blobs.find(file.digest)
            self._file(f"{each.folder}/{relative(file.path)}", blob.path, blob.size)

    def _file(self, path: str, content: Path | bytes, size: int) -> None:
        below(path)
        normal = posixpath.normpath(path)
        self.folder(posixpath.dirname(normal))
        header = tarfile.TarInfo(normal.lstrip("/"))
        header.size, header.mode = size, 0o666
        self._entries[normal] = (header, content)

    def write(self, target: Path) -> None:
        """Blocking."""
        with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as archive:
            for _, (header, content) in sorted(self._entries.items()):
                if isinstance(content, Path):
                    with content.open("rb") as file:
                        archive.addfile(header, file)
                else:
                    archive.addfile(header, io.BytesIO(content or b""))
        os.truncate(target, archive.offset)  # Podman does not wait for blanks after the end: it fails now and then


def description(
    job: Job,
    image: str,
    *,
    variables: Mapping[str, str],
    mounts: Mapping[str, Path],
    shared: Mapping[str, Path],
    labels: Mapping[str, str],
    hold: Hold,
) -> dict[str, Any]:
    """A container as the engine is asked for it."""
    described: dict[str, Any] = {
        "Image": image,
        "Labels": labels,
        "Env": [f"{name}={value}" for name, value in variables.items()],
        "HostConfig": {
            "NetworkMode": "host",  # Penstock listens on this machine's loopback
            "ExtraHosts": [f"{name}:127.0.0.1" for name in job.hosts],
            "Init": True,  # a program that is process 1 would not hear SIGTERM, nor bury orphans
            "Mounts": [*mounted(mounts), *mounted(shared, is_read_only=False)],
            **limits(hold.share),
            **devices(hold.gpus),
        },
    }
    if job.command:
        described |= {"Entrypoint": list(job.command[:1]), "Cmd": [*job.command[1:], *job.arguments]}
    elif job.arguments:
        described["Cmd"] = list(job.arguments)
    if job.working_folder:
        described["WorkingDir"] = job.working_folder
    return described


def mounted(folders: Mapping[str, Path], *, is_read_only: bool = True) -> list[dict[str, Any]]:
    """Folders of this machine, by their place inside."""
    return [
        {"Type": "bind", "Source": str(outside), "Target": inside, "ReadOnly": is_read_only}
        for inside, outside in folders.items()
    ]


def devices(gpus: Sequence[str]) -> dict[str, Any]:
    """These GPUs, as NVIDIA's container toolkit hands them in: they are numbered from 0 inside."""
    if not gpus:
        return {}
    return {"DeviceRequests": [{"Driver": "nvidia", "DeviceIDs": list(gpus), "Capabilities": [["gpu"]]}]}


def limits(share: Share) -> dict[str, Any]:
    """What a container may hold at most."""
    return {
        "NanoCpus": int(share.cpus * 1e9),
        "Memory": int(share.memory_mib) << 20,
        "ShmSize": int(share.memory_mib / 2) << 20,
        "PidsLimit": PROCESSES,
        "LogConfig": {"Type": "json-file", "Config": {"max-size": str(ENGINE_LOG_LIMIT)}},
    }


def variables_of(wanted: Mapping[str, str], image: Mapping[str, str], defaults: Defaults) -> dict[str, str]:
    """A job's variables and its image's mapping's; what the image itself has in PYTHONPATH stays, behind."""
    made = {**image, **wanted}
    own = defaults.environment.get("PYTHONPATH")
    if own and "PYTHONPATH" in made:
        made["PYTHONPATH"] += f":{own}"
    return made


def program_of(job: Job, defaults: Defaults) -> str:
    """What is started, as it is named; empty if nothing is."""
    return next(iter((*job.command, *(defaults.entrypoint or ()), *(job.arguments or defaults.cmd or ()))), "")


def places_of(program: str, job: Job, defaults: Defaults) -> list[str]:
    """Where a program may be."""
    if "/" in program:
        return [posixpath.join("/", job.working_folder or defaults.working_dir, program)]
    path = {**defaults.environment, **job.environment}.get("PATH", PATH)
    return [f"{place}/{program}" for place in path.split(":") if place]
