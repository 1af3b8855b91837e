"""A bucket as a tree of folders: what file systems know, and S3 does not.

A folder is there when a key begins with it, or when it was made and nothing has come to be in it yet; of that only
this process knows.
"""

from collections.abc import Iterator
from pathlib import Path

from penstock_image.spark_files.objects import Found, Objects


class Tree:
    """Files and folders by bucket and path, which has no slash at its ends; the path of a bucket itself is empty."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self._made: set[tuple[str, str]] = set()

    def find(self, bucket: str, path: str) -> Found | None:
        """The file or folder of this path."""
        file = self.objects.find(bucket, path) if path else None
        if file is not None:
            return file
        if not path or (bucket, path) in self._made or self._has_content(bucket, path):
            return Found(path, None)
        return None

    def _has_content(self, bucket: str, path: str) -> bool:
        return next(self.objects.under(bucket, f"{path}/", deep=True, most=1), None) is not None

    def entries(self, bucket: str, path: str) -> Iterator[Found]:
        """What is in a folder, by name; a file is all that is in itself."""
        found = self.find(bucket, path)
        if found is not None and found.size is not None:
            yield found
            return
        inside = f"{path}/" if path else ""
        here: dict[str, Found] = {
            inside + made[len(inside) :].partition("/")[0]: Found("", None)
            for where, made in tuple(self._made)
            if where == bucket and made.startswith(inside)
        }
        for each in self.objects.under(bucket, inside, deep=False):
            if each.key != inside:  # an object of the folder's own name, which consoles make
                here[each.key.rstrip("/")] = each
        for key in sorted(here):
            yield Found(key, here[key].size, here[key].modified)

    def make(self, bucket: str, path: str) -> None:
        """A folder, and those that it is in."""
        while path:
            self._made.add((bucket, path))
            path = path.rpartition("/")[0]

    def write(self, bucket: str, path: str, content: Path) -> None:
        self.objects.write(bucket, path, content)

    def delete(self, bucket: str, path: str) -> bool:
        """Everything of this path, and below it; whether there was anything."""
        found = self.find(bucket, path)
        if found is None:
            return False
        for key in list(self._keys(bucket, path, found)):
            self.objects.delete(bucket, key)
        self._forget(bucket, path)
        return True

    def move(self, bucket: str, path: str, target: str) -> bool:
        """As HDFS does: into the target if that is a folder; false if there is nothing to move, or it would replace."""
        found, there = self.find(bucket, path), self.find(bucket, target)
        if there is not None and there.size is None:
            target = f"{target}/{path.rpartition('/')[2]}".lstrip("/")
            there = self.find(bucket, target)
        if found is None or there is not None:
            return False
        for key in list(self._keys(bucket, path, found)):
            self.objects.copy(bucket, key, target + key[len(path) :])
            self.objects.delete(bucket, key)
        moved = self._forget(bucket, path)
        self._made |= {(bucket, target + made[len(path) :]) for made in moved}
        return True

    def _keys(self, bucket: str, path: str, found: Found) -> Iterator[str]:
        if found.size is not None:
            yield path
        else:
            yield from (each.key for each in self.objects.under(bucket, f"{path}/" if path else "", deep=True))

    def _forget(self, bucket: str, path: str) -> list[str]:
        """Folders that were made at or below the path are not there any more; which they were."""
        gone = [made for where, made in tuple(self._made) if where == bucket and f"{made}/".startswith(f"{path}/")]
        self._made -= {(bucket, made) for made in gone}
        return gone
