"""Ground: folders below a top folder are spread over the disk."""

import array
import fcntl
import os
import subprocess
from pathlib import Path

from penstock.store.ground import GET_FLAGS, TOP, spread


def is_top(folder: Path) -> bool:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        flags = array.array("l", [0])
        fcntl.ioctl(handle, GET_FLAGS, flags)
        return bool(flags[0] & TOP)
    except OSError:
        return False
    finally:
        os.close(handle)


def test_a_folder_becomes_a_top_folder_where_the_file_system_has_that_notion(tmp_path: Path) -> None:
    kind = subprocess.run(["stat", "-f", "-c", "%T", tmp_path], capture_output=True, text=True, check=True).stdout

    spread(tmp_path)

    assert is_top(tmp_path) == ("ext" in kind)


def test_a_file_system_without_that_notion_is_left_in_peace() -> None:
    spread(Path("/proc/self"))

    assert not is_top(Path("/proc/self"))
