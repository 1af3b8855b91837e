"""The files of a commit in one zip."""

import io
import stat
import zipfile

import pytest

from penstock.services.codecommit import archives
from penstock.services.codecommit.archives import groups
from penstock.services.codecommit.git import Sized
from services.codecommit.worlds import World, in_a_world, run_git

COMMIT = """commit refs/heads/main
committer Ada <ada@example.com> 1700000000 +0000
data 0
M 100644 inline .gitattributes
data 34
* export-ignore export-subst text

M 100644 inline a.txt
data 10
$Format:%H
M 100755 inline d/run.sh
data 5
exit

M 120000 inline d/link
data 6
run.sh
M 160000 1111111111111111111111111111111111111111 sub
M 100644 inline large
data 7340032
{large}
"""


async def zip_of(world: World, commit: str) -> bytes:
    content: bytes = (await world.ask("FetchCommit", repositoryName="one", commitId=commit))["Content"]
    return content


@in_a_world
async def test_a_commit_is_zipped_as_it_was_committed(world: World) -> None:
    await world.ask("CreateRepository", repositoryName="one")
    bare = await world.bare()
    run_git(bare, "fast-import", "--quiet", given=COMMIT.format(large="0" * 7_340_032))
    commit = run_git(bare, "rev-parse", "main")

    content = await zip_of(world, commit)

    archive = zipfile.ZipFile(io.BytesIO(content))
    modes = {each.filename: stat.filemode(each.external_attr >> 16) for each in archive.infolist()}
    assert modes.keys() == {".gitattributes", "a.txt", "d/link", "d/run.sh", "large"}
    assert (modes["d/run.sh"], modes["d/link"]) == ("-rwxr-xr-x", "lrwxrwxrwx")
    assert (archive.read("a.txt"), archive.read("d/link")) == (b"$Format:%H", b"run.sh")
    assert archive.read("large") == b"0" * 7_340_032
    assert await zip_of(world, commit) == content


def test_files_are_read_in_groups_and_a_large_one_alone() -> None:
    mib = 1 << 20
    sizes = [mib, 9 * mib, 4 * mib, 4 * mib, mib, *[0] * 1_200]
    files = [Sized("100644", "blob", "0" * 40, size, str(number)) for number, size in enumerate(sizes)]

    found = list(groups(files))

    assert [len(each) for each in found] == [1, 1, 2, 1_000, 201]
    assert [file for each in found for file in each] == files
    assert list(groups([])) == []


@in_a_world
async def test_what_is_too_large_is_refused(world: World) -> None:
    commit = await world.repository(a="1", b="22")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archives, "LARGEST", 2)

        assert await world.refused("FetchCommit", repositoryName="one", commitId=commit) == "FileTooLarge"
