"""Materials: what is in a job's folder before it starts.

Inputs that the job only reads are links to the blobs, shown to it through a read-only mount: root inside a job could
write to a link, but not through that mount. Which are copies, and how they are made: `penstock.runtimes.inputs`.
"""

import json
import os
from contextlib import suppress
from typing import Final

from penstock.engine.jobs import Job
from penstock.runtimes.folder import JobFolder, OutOfPlace, below, fill
from penstock.runtimes.gpus import named_in
from penstock.runtimes.inputs import copy, lay, link, relative, stands_alone
from penstock.runtimes.sandbox import venvs
from penstock.runtimes.sandbox.blanks import Blanks, Layout
from penstock.runtimes.sandbox.images import HOME, START, Image, environment_of, is_code, is_script
from penstock.store.blobs import Blobs

PROCESSES: Final = 4096
LOG_LIMIT: Final = 64 << 20


def prepare(folder: JobFolder, job: Job, image: Image, blobs: Blobs, blanks: Blanks) -> Layout:
    """Lay out the folder; blocking. Answers how it was before it was the job's.

    Raises `OutOfPlace` or `BlobDamaged`; then the job cannot be started. Each job waits for this, so paths are strings
    here: pathlib would double it.
    """
    folder.remove()
    command = command_of(job, image)
    layout = layout_of(job, () if is_script(command) or is_code(command) else venvs.folders(image))
    blanks.take(layout, str(folder.path))
    links = [
        [f"inputs/{number}", each.folder]
        for number, each in enumerate(job.inputs)
        if supply(folder, job, number, blobs)
    ]
    for name, content in job.files.items():
        fill(folder.where(name), content)
    if job.hosts:
        fill(f"{folder.path}/hosts", hosts_of(job.hosts))
    if job.log is not None:
        lay(os.path.dirname(job.log))  # noqa: PTH120
        with suppress(OSError):  # it is there, or on another file system: then whoever opens it makes it
            os.link(f"{folder.path}/job.log", job.log)  # a tenth, or less, of what making a file costs
    if has_own := venvs.may_install(folder, job, command):
        for each in venvs.folders(image):
            lay(f"{folder.path}/{each}")
        venvs.lay(folder, image)
    folder.write("job.json", json.dumps(instructions(job, image, links, has_own=has_own)).encode())
    return layout


def command_of(job: Job, image: Image) -> tuple[str, ...]:
    """What is started, whole."""
    return (*(job.command or image.command), *job.arguments)


def layout_of(job: Job, more: tuple[str, ...] = ()) -> Layout:
    """What a job's folder holds whatever comes into it."""
    folders = [*more, *(below(wanted) for wanted in job.folders)]
    folders += [below(output.folder) for output in job.outputs]
    folders += [below(each.folder) for each in job.inputs]
    with suppress(OutOfPlace):  # the image's own, then
        folders.append(below(job.working_folder or START))
    files = [below(name) for name in job.files]
    own = ("job.json.new", "ending.new", "claim.new", "job.log", *(("hosts",) if job.hosts else ()))
    return Layout.of(("ml", "tmp", below(HOME), *folders), (*files, *own))


def instructions(job: Job, image: Image, links: list[list[str]], *, has_own: bool) -> dict[str, object]:
    """What the supervisor reads."""
    return {
        "id": job.id,
        "command": command_of(job, image),
        "environment": environment_of(image, job.environment, has_own=has_own),
        "working_folder": job.working_folder or START,
        "links": links,
        "hosts": bool(job.hosts),
        "longest": job.longest,
        "grace": job.grace,
        "disk_mib": job.resources.disk_mib,
        "processes": PROCESSES,
        "gpus": named_in(job.environment),
        "log_limit": LOG_LIMIT,
    }


def supply(folder: JobFolder, job: Job, number: int, blobs: Blobs) -> bool:
    """Put an input's files in place; true if they are links, to be mounted."""
    each = job.inputs[number]
    place = folder.where(each.folder)
    lay(place)
    linked = not each.writable and stands_alone(job, each)
    root = f"{folder.path}/inputs/{number}" if linked else place
    lay(root)
    for file in each.files:
        source = blobs.find(file.digest).path
        target = f"{root}/{relative(file.path)}"
        lay(os.path.dirname(target))  # noqa: PTH120
        if linked:
            link(source, target)
        else:
            copy(source, target)
    return linked


def hosts_of(names: tuple[str, ...]) -> bytes:
    """The machine's own table, with these names for the machine itself."""
    try:
        with open("/etc/hosts", "rb", buffering=0) as file:  # noqa: PTH123
            table = file.readall()
    except FileNotFoundError:
        table = b""
    return f"127.0.0.1 {' '.join(names)}\n".encode() + table
