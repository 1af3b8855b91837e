"""Merging: what becomes of two commits, and where they are in each other's way.

Git merges (`merge-tree`): what it cannot is a conflict by lines. At the level of files, which is CodeCommit's usual
one, a file that both sides have changed is one as well, even where git could. Conflicts are settled by a strategy, or
one by one by what a request says of each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from penstock.services.codecommit import building, model
from penstock.services.codecommit.building import Placed
from penstock.services.codecommit.desk import Desk, Opened, is_ancestor, merge_base
from penstock.services.codecommit.git import Entry, Git, GitFailed, entry_of
from penstock.services.codecommit.hunks import merge_hunks
from penstock.services.codecommit.model import FILE_MODES, LARGEST_FILE, MODE_NAMES, wrong
from penstock.wire.call import Call, Json

FAST_FORWARD: Final = "FAST_FORWARD_MERGE"
SQUASH: Final = "SQUASH_MERGE"
THREE_WAY: Final = "THREE_WAY_MERGE"
ACCEPTED: Final[Mapping[str, str]] = {"ACCEPT_SOURCE": "source", "ACCEPT_DESTINATION": "destination"}
KEPT: Final[Mapping[str, str]] = {"KEEP_BASE": "base", "KEEP_SOURCE": "source", "KEEP_DESTINATION": "destination"}
TYPES: Final[Mapping[str, str]] = {"040000": "DIRECTORY", "160000": "GIT_LINK", "120000": "SYMBOLIC_LINK"}
SIDES: Final = ("source", "destination", "base")
MOST_ENTRIES: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """A path at which the sides are in each other's way, and what each has there."""

    path: str
    base: Entry | None = None
    source: Entry | None = None
    destination: Entry | None = None

    def side(self, name: str) -> Entry | None:
        found: Entry | None = getattr(self, name)
        return found

    @property
    def is_by_mode(self) -> bool:
        modes = {entry.mode for entry in (self.source, self.destination) if entry}
        return len(modes) > 1 and not self.is_by_type

    @property
    def is_by_type(self) -> bool:
        return len({kind_of(entry) for entry in (self.source, self.destination) if entry}) > 1

    @property
    def is_by_content(self) -> bool:
        return (self.source and self.source.id) != (self.destination and self.destination.id)


@dataclass(frozen=True, slots=True)
class Merged:
    """What git made of two commits, and the conflicts that are left."""

    base: str | None
    tree: str
    conflicts: tuple[Conflict, ...]


def kind_of(entry: Entry) -> str:
    return TYPES.get(entry.mode, "FILE")


async def merged(git: Git, source: str, destination: str, request: Mapping[str, Json]) -> Merged:
    """The merge as a request wants it: at which level conflicts count, and by what they are settled."""
    base = await merge_base(git, source, destination)
    said = await git.ask("merge-tree", "--write-tree", "-z", "--allow-unrelated-histories", destination, source)
    if said.code not in {0, 1}:
        raise GitFailed(f"git merge-tree in {git.folder.name}: {said.err.decode(errors='replace')}")
    tree, *lines = said.out.split(b"\0")
    found = staged(lines) if said.code else {}
    strategy = request.get("conflictResolutionStrategy") or "NONE"
    if request.get("conflictDetailLevel") != "LINE_LEVEL" and strategy != "AUTOMERGE" and base is not None:
        found |= await touched_by_both(git, base, source, destination, found)
    conflicts = tuple(found[path] for path in sorted(found))
    if strategy not in ACCEPTED or not conflicts:
        return Merged(base, tree.decode(), conflicts)
    left = tuple(conflict for conflict in conflicts if "~" in conflict.path)  # a file where the other has a folder
    settled = {each.path: placed(each.side(ACCEPTED[strategy])) for each in conflicts if each not in left}
    return Merged(base, await building.tree(git, tree.decode(), settled), left)


def staged(lines: list[bytes]) -> dict[str, Conflict]:
    """The conflicts that `merge-tree` lists: `mode id stage`, a tab, the path; an empty line ends them."""
    sides: dict[str, dict[str, Entry]] = {}
    for line in lines:
        if not line:
            break
        head, _, path = line.partition(b"\t")
        mode, object_id, stage = head.decode().split()
        entry = entry_of(f"{mode} blob {object_id}\t".encode() + path)
        sides.setdefault(entry.path, {})[("base", "destination", "source")[int(stage) - 1]] = entry
    return {path: Conflict(path=path, **each) for path, each in sides.items()}


async def touched_by_both(
    git: Git, base: str, source: str, destination: str, known: Mapping[str, Conflict]
) -> dict[str, Conflict]:
    """The files that both sides have changed, each in its own way."""
    changed = [await changed_paths(git, base, side) for side in (source, destination)]
    paths = sorted((changed[0] & changed[1]) - known.keys())
    if not paths:
        return {}
    trees = [{entry.path: entry for entry in await git.entries(tree, *paths)} for tree in (base, source, destination)]
    old, theirs, ours = trees
    found = [
        Conflict(path=path, base=old.get(path), source=theirs.get(path), destination=ours.get(path)) for path in paths
    ]
    return {each.path: each for each in found if placed(each.source) != placed(each.destination)}


async def changed_paths(git: Git, old: str, new: str) -> set[str]:
    out = await git.tell("diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new)
    return {path.decode(errors="surrogateescape") for path in out.split(b"\0") if path}


def placed(entry: Entry | None) -> Placed | None:
    return Placed(entry.mode, entry.id) if entry else None


# ------------------------------------------------------------------------------------------------ doing it


async def commit_merge(
    desk: Desk, opened: Opened, call: Call, request: Mapping[str, Json], *, source: str, destination: str, option: str
) -> str:
    """The commit in which the source is merged, which no branch is at yet; raises where people have to do it."""
    git = opened.git
    if option == FAST_FORWARD:
        if not await is_ancestor(git, destination, source):
            raise manual("The destination is not an ancestor of the source.")
        return source
    if await is_ancestor(git, source, destination):
        return destination
    found = await merged(git, source, destination, request)
    tree = await resolved(git, found, request.get("conflictResolution") or {})
    by = building.author(call, request)
    said = building.message(request, f"Merged {source} into {destination}")
    parents = [destination] if option == SQUASH else [destination, source]
    return await building.commit(git, tree, parents, by, said, desk.clock())


def manual(why: str) -> Exception:
    return wrong("ManualMergeRequired", f"The merge has to be done by hand. {why}")


async def resolved(git: Git, found: Merged, resolution: Mapping[str, Json]) -> str:
    """The tree of a merge when its conflicts are settled as a request says; raises unless it speaks of all of them."""
    conflicts = {conflict.path: conflict for conflict in found.conflicts}
    changes: dict[str, Placed | None] = {}
    replaced = resolution.get("replaceContents") or []
    deleted = [model.path_of(entry["filePath"]) for entry in resolution.get("deleteFiles") or []]
    modes = {
        model.path_of(entry["filePath"]): FILE_MODES[entry["fileMode"]]
        for entry in resolution.get("setFileModes") or []
    }
    paths = [*(model.path_of(entry["filePath"]) for entry in replaced), *deleted]
    if len(paths) + len(modes) > MOST_ENTRIES:
        raise wrong("MaximumConflictResolutionEntriesExceeded", f"At most {MOST_ENTRIES} conflicts may be resolved.")
    if len(set(paths)) < len(paths):
        raise wrong("MultipleConflictResolutionEntries", "A path is resolved more than once.")
    if odd := next((path for path in (*paths, *modes) if path not in conflicts), None):
        raise wrong("InvalidConflictResolution", f"There is no conflict at {odd}.")
    for path, entry in zip(paths, replaced, strict=False):
        changes[path] = await replacement(git, conflicts[path], entry)
    changes |= dict.fromkeys(deleted)
    for path, mode in modes.items():
        now = changes.get(path) or placed(conflicts[path].source or conflicts[path].destination)
        changes[path] = Placed(mode, now.id) if now else None
    if left := sorted(conflicts.keys() - changes.keys()):
        raise manual(f"There are conflicts in {', '.join(left[:10])}.")
    return await building.tree(git, found.tree, changes) if changes else found.tree


async def replacement(git: Git, conflict: Conflict, entry: Mapping[str, Json]) -> Placed | None:
    kind, mode = entry["replacementType"], entry.get("fileMode")
    if kind in KEPT:
        kept = conflict.side(KEPT[kind])
        return Placed(FILE_MODES[mode] if mode else kept.mode, kept.id) if kept else None
    content = entry.get("content")
    if content is None:
        raise wrong("ReplacementContentRequired", f"{conflict.path}: USE_NEW_CONTENT needs a content.")
    if len(content) > LARGEST_FILE:
        raise wrong("FileContentSizeLimitExceeded", f"The file {conflict.path} is larger than 6 MB.")
    (blob,) = await building.blobs(git, [content])
    known = conflict.source or conflict.destination
    return Placed(FILE_MODES[mode] if mode else known.mode if known else "100644", blob)


# ---------------------------------------------------------------------------------------------- telling of it


async def described(git: Git, conflict: Conflict) -> tuple[dict[str, Json], list[Json]]:
    """A conflict's metadata, and its hunks."""
    entries = {name: conflict.side(name) for name in SIDES}
    blobs = {name: entry for name, entry in entries.items() if entry and entry.kind == "blob"}
    found = dict(zip(blobs, await git.objects([entry.id for entry in blobs.values()]), strict=True))
    contents = {name: each.content if each else b"" for name, each in found.items()}
    binary = {name: b"\0" in content[:8000] for name, content in contents.items()}
    hunks = []
    if "source" in contents and "destination" in contents and not any(binary.values()):
        hunks = await text_hunks(git, blobs, contents)
    by_meta = conflict.is_by_mode + conflict.is_by_type
    by_lines = sum(each["isConflict"] for each in hunks) if hunks else int(conflict.is_by_content)
    metadata = {
        "filePath": conflict.path,
        "fileSizes": {name: len(content) for name, content in contents.items()},
        "fileModes": {
            name: MODE_NAMES[entry.mode] for name, entry in entries.items() if entry and entry.mode in MODE_NAMES
        },
        "objectTypes": {name: kind_of(entry) for name, entry in entries.items() if entry},
        "numberOfConflicts": by_lines + by_meta,
        "isBinaryFile": binary,
        "contentConflict": conflict.is_by_content,
        "fileModeConflict": conflict.is_by_mode,
        "objectTypeConflict": conflict.is_by_type,
        "mergeOperations": {
            name: operation(conflict.base, entries[name])
            for name in ("source", "destination")
            if conflict.base or entries[name]
        },
    }
    return metadata, hunks


async def text_hunks(git: Git, blobs: Mapping[str, Entry], contents: Mapping[str, bytes]) -> list[Json]:
    base = blobs["base"].id if "base" in blobs else (await building.blobs(git, [b""]))[0]
    diffs = [await git.tell("diff", "-U0", "--no-color", base, blobs[side].id) for side in ("source", "destination")]
    return merge_hunks(contents.get("base", b""), contents["source"], contents["destination"], *diffs)


def operation(before: Entry | None, after: Entry | None) -> str:
    return "A" if before is None else "D" if after is None else "M"


def event_of(
    request: Mapping[str, Json], *, option: str, base: str | None, source: str, destination: str
) -> dict[str, Json]:
    """What the event of a reference tells of a merge."""
    told = {
        "mergeOption": option, "sourceCommitId": source, "destinationCommitId": destination,
        **({"baseCommitId": base} if base else {}),
    }  # fmt: skip
    if option == FAST_FORWARD:
        return told
    return {
        **told,
        "conflictDetailsLevel": request.get("conflictDetailLevel") or "FILE_LEVEL",
        "conflictResolutionStrategy": request.get("conflictResolutionStrategy") or "NONE",
    }
