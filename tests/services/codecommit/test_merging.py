"""Merges: as git's, where git can; with CodeCommit's idea of conflicts, strategies and resolutions."""

import base64
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.services.codecommit.hunks import merge_hunks
from services.codecommit.worlds import CLEAN, World, in_a_world, living, run_git

ONE: dict[str, Any] = {"repositoryName": "one"}
TEXT = "".join(f"line {number}\n" for number in range(1, 11))
TOP, END = TEXT.replace("line 1\n", "TOP\n"), TEXT.replace("line 10\n", "END\n")
LINES = {"conflictDetailLevel": "LINE_LEVEL"}


async def parted(world: World, base: str, main: str, side: str) -> dict[str, Any]:
    """A file that two branches have made different things of; the request that names them."""
    first = await world.repository(f=base, other="same\n")
    await world.branch("side", first)
    if main != base:
        await world.commit(f=main)
    if side != base:
        await world.commit(onto="side", f=side)
    return {**ONE, "sourceCommitSpecifier": "side", "destinationCommitSpecifier": "main"}


@in_a_world
async def test_a_branch_that_has_only_gone_on_can_be_forwarded(world: World) -> None:
    both = await parted(world, TEXT, TEXT, TOP)
    options = await world.ask("GetMergeOptions", **both)
    assert options["mergeOptions"] == ["FAST_FORWARD_MERGE", "SQUASH_MERGE", "THREE_WAY_MERGE"]
    before, side = await world.tip("main"), await world.tip("side")

    done = await world.ask("MergeBranchesByFastForward", **both)

    assert done["commitId"] == side == await world.tip("main")
    (_, detail) = (await world.told())[-1]
    assert (detail["event"], detail["referenceName"], detail["mergeOption"]) == (
        "referenceUpdated", "main", "FAST_FORWARD_MERGE"
    )  # fmt: skip
    assert (detail["oldCommitId"], detail["commitId"], detail["baseCommitId"]) == (before, side, before)


@in_a_world
async def test_changes_in_other_places_of_a_file_conflict_by_file_and_not_by_line(world: World) -> None:
    both = await parted(world, TEXT, END, TOP)
    assert (await world.ask("GetMergeOptions", **both))["mergeOptions"] == []
    assert (await world.ask("GetMergeOptions", **both, **LINES))["mergeOptions"] == ["SQUASH_MERGE", "THREE_WAY_MERGE"]
    assert await world.refused("MergeBranchesByFastForward", **both) == "ManualMergeRequired"
    assert await world.refused("MergeBranchesByThreeWay", **both) == "ManualMergeRequired"
    main, side = await world.tip("main"), await world.tip("side")

    done = await world.ask("MergeBranchesByThreeWay", **both, **LINES, commitMessage="Joined")

    commit = (await world.ask("GetCommit", **ONE, commitId=done["commitId"]))["commit"]
    assert (commit["parents"], commit["message"]) == ([main, side], "Joined\n")
    assert await world.text("f") == TOP.replace("line 10\n", "END\n")
    found = await world.ask("GetMergeCommit", **ONE, sourceCommitSpecifier=side, destinationCommitSpecifier=main)
    assert found["mergedCommitId"] == done["commitId"]


@in_a_world
async def test_a_squash_has_one_parent(world: World) -> None:
    both = await parted(world, TEXT, TEXT, TOP)
    main = await world.tip("main")

    done = await world.ask("MergeBranchesBySquash", **both, authorName="Bob", email="bob@example.com")

    commit = (await world.ask("GetCommit", **ONE, commitId=done["commitId"]))["commit"]
    assert (commit["parents"], commit["author"]["name"], commit["treeId"]) == ([main], "Bob", done["treeId"])


@pytest.mark.parametrize(("strategy", "winner"), [("ACCEPT_SOURCE", "SIDE\n"), ("ACCEPT_DESTINATION", "MAIN\n")])
async def test_a_strategy_settles_conflicts(strategy: str, winner: str, tmp_path: Path) -> None:
    async with living(tmp_path) as world:
        both = await parted(world, "x\n", "MAIN\n", "SIDE\n")

        await world.ask("MergeBranchesByThreeWay", **both, conflictResolutionStrategy=strategy)

        assert await world.text("f") == winner


@in_a_world
async def test_conflicts_are_described_and_resolved_one_by_one(world: World) -> None:
    both = await parted(world, TEXT, TEXT.replace("line 5\n", "MAIN\n"), TEXT.replace("line 5\n", "SIDE\n"))
    how = {**both, "mergeOption": "THREE_WAY_MERGE"}
    found = await world.ask("GetMergeConflicts", **how)
    assert (found["mergeable"], [each["filePath"] for each in found["conflictMetadataList"]]) == (False, ["f"])
    told = await world.ask("DescribeMergeConflicts", **how, filePath="f")
    assert told["conflictMetadata"]["contentConflict"] is True
    assert told["conflictMetadata"]["mergeOperations"] == {"source": "M", "destination": "M"}
    (hunk,) = told["mergeHunks"]
    assert hunk["isConflict"] is True
    assert {name: base64.b64decode(hunk[name]["hunkContent"]) for name in ("source", "destination", "base")} == {
        "source": b"SIDE\n", "destination": b"MAIN\n", "base": b"line 5\n",
    }  # fmt: skip
    assert (hunk["base"]["startLine"], hunk["base"]["endLine"]) == (5, 5)
    several = await world.ask("BatchDescribeMergeConflicts", **how, filePaths=["f", "other"])
    assert [each["conflictMetadata"]["filePath"] for each in several["conflicts"]] == ["f"]
    assert [each["filePath"] for each in several["errors"]] == ["other"]

    mine = {"replaceContents": [{"filePath": "f", "replacementType": "USE_NEW_CONTENT", "content": b"both\n"}]}
    odd = {"deleteFiles": [{"filePath": "other"}]}
    assert await world.refused("MergeBranchesByThreeWay", **both, conflictResolution=odd) == "InvalidConflictResolution"
    loose = await world.ask("CreateUnreferencedMergeCommit", **how, conflictResolution=mine)
    assert await world.text("f", at=loose["commitId"]) == "both\n"
    assert (await world.events())[-1] == "unreferencedMergeCommitCreated"
    await world.ask("MergeBranchesByThreeWay", **both, conflictResolution=mine)
    assert await world.text("f") == "both\n"


@in_a_world
async def test_a_file_that_one_changed_and_the_other_deleted_is_a_conflict(world: World) -> None:
    both = await parted(world, TEXT, TOP, TEXT)
    tip = await world.tip("side")
    await world.ask("DeleteFile", **ONE, branchName="side", filePath="f", parentCommitId=tip)

    found = await world.ask("GetMergeConflicts", **both, **LINES, mergeOption="SQUASH_MERGE")

    assert found["conflictMetadataList"][0]["mergeOperations"] == {"source": "D", "destination": "M"}
    gone = {"deleteFiles": [{"filePath": "f"}]}
    await world.ask("MergeBranchesBySquash", **both, conflictResolution=gone)
    assert await world.refused("GetFile", **ONE, filePath="f") == "FileDoesNotExist"


@in_a_world
async def test_blobs_are_compared_in_hunks(world: World) -> None:
    await parted(world, TEXT, TOP, END)
    ids = [(await world.ask("GetFile", **ONE, filePath="f", commitSpecifier=at))["blobId"] for at in ("main", "side")]

    told = await world.ask("GetBlobDifferences", **ONE, beforeBlobId=ids[0], afterBlobId=ids[1], contextLines=0)

    lines = [(each["type"], each["content"]) for hunk in told["hunks"] for each in hunk["changes"]]
    assert lines == [("DELETE", "TOP"), ("ADD", "line 1"), ("DELETE", "line 10"), ("ADD", "END")]


@in_a_world
async def test_a_blob_alone_is_all_new_and_returns_end_no_lines(world: World) -> None:
    await world.repository(f="one\rstill one\r\ntwo\n")
    blob = (await world.ask("GetFile", **ONE, filePath="f"))["blobId"]

    told = await world.ask("GetBlobDifferences", **ONE, afterBlobId=blob)

    assert (told["beforeBlobSize"], told["afterBlobSize"]) == (0, 19)
    assert [each["content"] for each in told["hunks"][0]["changes"]] == ["one\rstill one\r", "two"]


def test_hunks_of_one_side_are_no_conflicts_and_lines_are_counted_on_each_side() -> None:
    base, source, destination = b"1\n2\n3\n4\n", b"0\n1\n2\n3\n4\n", b"1\n2\n3\nfour\n"
    told = merge_hunks(base, source, destination, b"@@ -0,0 +1 @@\n+0\n", b"@@ -4 +4 @@\n-4\n+four\n")

    assert [each["isConflict"] for each in told] == [False, False]
    assert [(told[1][side]["startLine"], told[1][side]["endLine"]) for side in ("source", "base")] == [(5, 5), (4, 4)]


# --------------------------------------------------------------------------------------- beside `git merge`

PATHS = st.sampled_from(["a", "b", "d/c", "d/e"])
CONTENT = st.lists(st.sampled_from(["1\n", "2\n", "3\n"]), min_size=1, max_size=5).map("".join)
TREE = st.dictionaries(PATHS, CONTENT, min_size=1, max_size=4)


def with_branches(folder: Path, *trees: dict[str, str]) -> Path:
    """A repository whose branches `base`, `main` and `side` have these trees."""
    folder.mkdir()
    run_git(folder, "init", "-q", "-b", "base")
    for name, tree in zip(("base", "main", "side"), trees, strict=True):
        if name != "base":
            run_git(folder, "checkout", "-q", "-b", name, "base")
            run_git(folder, "rm", "-q", "-r", ".")
        for path, content in tree.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(content)
        run_git(folder, "add", ".")
        run_git(folder, "commit", "-q", "--allow-empty", "-m", name)
    return folder


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(base=TREE, main=TREE, side=TREE)
def test_by_lines_a_merge_is_what_git_makes_of_it(
    base: dict[str, str], main: dict[str, str], side: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    import asyncio

    folder = tmp_path_factory.mktemp("merge")
    work = with_branches(folder / "work", base, main, side)
    run_git(work, "checkout", "-q", "main")
    theirs = subprocess.run(
        ["git", "merge", "-q", "--no-ff", "-m", "m", "side"], cwd=work, env=CLEAN, capture_output=True, check=False
    )

    async def ours() -> str | None:
        async with living(folder) as world:
            await world.ask("CreateRepository", **ONE)
            bare = await world.bare()
            run_git(
                work,
                "push",
                "-q",
                str(bare),
                "main~0:refs/heads/main" if theirs.returncode else "main~1:refs/heads/main",
            )
            run_git(work, "push", "-q", str(bare), "side")
            both = {**ONE, "sourceCommitSpecifier": "side", "destinationCommitSpecifier": "main", **LINES}
            if not (await world.ask("GetMergeConflicts", **both, mergeOption="THREE_WAY_MERGE"))["mergeable"]:
                return None
            tree: str = (await world.ask("MergeBranchesByThreeWay", **both))["treeId"]
            assert run_git(bare, "fsck", "--strict") == ""
            return tree

    wanted = None if theirs.returncode else run_git(work, "rev-parse", "main^{tree}")
    assert asyncio.run(ours()) == wanted
