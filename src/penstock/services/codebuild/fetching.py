"""Fetching: what a build begins with, as archives by content. The activity `codebuild.fetch`.

A source is fetched once: what it was then is in the journal, and a build that is carried out again after a crash gets
the same. Git runs in a folder of ours, without prompts, and its working tree becomes an archive, `.git` and all.
"""

import asyncio
import os
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from penstock.engine.outbox import Task
from penstock.languages import buildspec
from penstock.languages.buildspec import BadBuildspec
from penstock.services.codebuild.caches import Caches, keeps_sources
from penstock.services.codebuild.listing import objects
from penstock.services.codebuild.mirrors import Mirrors
from penstock.services.codebuild.model import Archive, Cached, Fetched, Json, Plan, Trouble, holder
from penstock.services.codebuild.order import source_folder
from penstock.services.codebuild.requests import GIT, is_inline
from penstock.services.codebuild.ways import Way, Ways
from penstock.store import blobs
from penstock.store.blobs import Blob, Blobs
from penstock.store.database import Database
from penstock.wire.call import Call, Directory, Scope, ServiceError

ClientEnvironment = Callable[[Scope, str], Mapping[str, str]]  # (scope, role ARN) → credentials and endpoint
LONGEST: Final = 1800.0  # seconds for one source
LARGEST_BUILDSPEC: Final = 1 << 20
BUILDSPEC: Final = "buildspec.yml"
OF_THE_SERVER: Final = ("PATH", "HOME", "SSH_AUTH_SOCK", "SSL_CERT_FILE", "GIT_SSL_CAINFO")  # that git gets, too
COMMIT: Final = re.compile(r"(?:\^\{)?(?P<commit>[0-9a-f]{40})\}?$")
PULL_REQUEST: Final = re.compile(r"pr/(?P<number>\d+)")


class Unfetched(Exception):
    """A source, or the build spec in it, that cannot be had."""

    def __init__(self, message: str, code: str = "CLIENT_ERROR") -> None:
        super().__init__(message)
        self.trouble = Trouble(code, message)


class Fetching:
    """Brings sources. `folder` is its own, and on the file system of the blobs."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        kept: Blobs,
        ways: Ways,
        folder: Path,
        client_environment: ClientEnvironment,
    ) -> None:
        self._database = database
        self._directory = directory
        self._blobs = kept
        self._ways = ways
        self._folder = folder
        self._client_environment = client_environment
        self._caches = Caches(database, directory, kept)
        self._mirrors = Mirrors(folder / "mirrors")

    async def fetch(self, task: Task) -> Json:
        """Answers `Fetched`."""
        plan = msgspec.convert(task.input, Plan)
        self._folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            fetched = await self._all(task.scope, plan, place)
        except Unfetched as problem:
            fetched = Fetched(trouble=problem.trouble)
        except ServiceError as problem:
            fetched = Fetched(trouble=Trouble("CLIENT_ERROR", f"{problem.code}: {problem.message}"))
        finally:
            await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
        digests = [*(each.digest for each in fetched.archives), *(each.digest for each in fetched.caches)]
        await self._database.write(lambda tx: blobs.hold_all(tx, digests, holder(task.run)))
        return msgspec.to_builtins(fetched)

    async def _all(self, scope: Scope, plan: Plan, place: Path) -> Fetched:
        archives = []
        environment = self._client_environment(scope, plan.build["serviceRole"])
        for source in plan.sources:
            identifier = source.get("sourceIdentifier", "")
            version = plan.version(identifier)
            if source["type"] in GIT:
                folder = place / (identifier or "primary")
                try:
                    async with asyncio.timeout(LONGEST):
                        git = Git(source, await self._ways.to(scope, source, environment.get("AWS_ENDPOINT_URL", "")))
                        resolved = await self._cloned(scope, plan, git, folder, version)
                except TimeoutError:
                    raise Unfetched(f"{source['location']} was not cloned in {LONGEST / 60:g} minutes") from None
                blob = await asyncio.to_thread(pack, self._blobs, folder)
            elif source["type"] == "S3":
                blob, resolved = await self._from_s3(scope, source["location"], version, place)
            elif source["type"] == "CODEPIPELINE":  # an artifact; the version is its revision, which the pipeline knows
                blob, _ = await self._from_s3(scope, source["location"], "", place)
                resolved = version
            else:
                continue
            archives.append(Archive(identifier, blob.digest, blob.size, resolved))
        text = "" if plan.is_sandbox else await self._buildspec(scope, plan, archives)
        return Fetched(tuple(archives), text, await self._cached(scope, plan, text))

    async def _cached(self, scope: Scope, plan: Plan, text: str) -> tuple[Cached, ...]:
        try:
            return await self._caches.available(scope, plan, buildspec.read(text).cache)
        except BadBuildspec:  # who is to run it says so
            return ()

    async def _cloned(self, scope: Scope, plan: Plan, git: "Git", folder: Path, version: str) -> str:
        if not keeps_sources(plan):
            return await git.clone(folder, version)
        async with self._mirrors.of(git.url, scope.arn("codebuild", plan.project), git.run) as mirror:
            return await git.clone(folder, version, mirror)

    # -- S3

    async def _from_s3(self, scope: Scope, location: str, version: str, place: Path) -> tuple[Blob, str]:
        """An archive that is there, or one of all objects that begin with a prefix (one that ends with a slash)."""
        bucket, _, key = location.removeprefix("arn:aws:s3:::").partition("/")
        if key and not key.endswith("/"):
            return await self._object(scope, bucket, key, version)
        folder = place / "objects"
        folder.mkdir()
        keys = [entry["Key"] for entry in await objects(self._directory, scope, bucket, key)]
        for name in (each for each in keys if not each.endswith("/")):
            blob, _ = await self._object(scope, bucket, name, "")
            target = folder / name.removeprefix(key)
            if not target.resolve().is_relative_to(folder.resolve()):
                raise Unfetched(f"s3://{bucket}/{name} cannot be a file: its key leads out of the source")
            target.parent.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(shutil.copyfile, blob.path, target)
            target.chmod(0o644)
        blob = await asyncio.to_thread(pack, self._blobs, folder)
        shutil.rmtree(folder)
        return blob, ""

    async def _object(self, scope: Scope, bucket: str, key: str, version: str) -> tuple[Blob, str]:
        request = {"Bucket": bucket, "Key": key, **({"VersionId": version} if version else {})}
        try:
            answer = await self._directory.answer(Call("s3", "GetObject", request, scope))
        except ServiceError as error:
            raise Unfetched(f"{error.code}: {error.message} (source s3://{bucket}/{key})") from None
        return await self._blobs.put(answer["Body"]), answer.get("VersionId", "")

    # -- the build spec

    async def _buildspec(self, scope: Scope, plan: Plan, archives: list[Archive]) -> str:
        """The text of it: given as it is, an object in S3, or a file of the primary source."""
        given = plan.build["source"].get("buildspec", "") or BUILDSPEC
        if is_inline(given):
            return str(given)
        if given.startswith("arn:"):
            bucket, _, key = given.rpartition(":::")[2].partition("/")
            blob, _ = await self._object(scope, bucket, key, "")
            content: bytes | None = await asyncio.to_thread(blob.read)
        else:
            primary = next((each for each in archives if not each.identifier), None)
            if primary is None:
                raise Unfetched("the build has no source that could hold its build spec", "YAML_FILE_ERROR")
            path = self._blobs.path(primary.digest)
            content = await asyncio.to_thread(member, path, given)
        if content is None:
            missing = f"stat {source_folder('')}/{given}: no such file or directory"
            raise Unfetched(missing, "YAML_FILE_ERROR")
        if len(content) > LARGEST_BUILDSPEC:
            raise Unfetched(f"{given} is over {LARGEST_BUILDSPEC} bytes", "YAML_FILE_ERROR")
        return content.decode(errors="replace")


def pack(kept: Blobs, folder: Path) -> Blob:
    """A folder as an archive. Blocking."""
    handle, name = tempfile.mkstemp(dir=kept.incoming)
    with os.fdopen(handle, "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        tar.add(folder, arcname=".")
    return kept.adopt(Path(name))


def member(archive: Path, name: str) -> bytes | None:
    """A file of an archive; None where it is not there. Raises `Unfetched` for what is no archive. Blocking."""
    name = os.path.normpath(name)
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                found = next((each for each in packed.namelist() if os.path.normpath(each) == name), None)
                return None if found is None else packed.open(found).read(LARGEST_BUILDSPEC + 1)
        with tarfile.open(archive) as tar:
            found_file = next((each for each in tar if os.path.normpath(each.name) == name and each.isreg()), None)
            content = None if found_file is None else tar.extractfile(found_file)
            return None if content is None else content.read(LARGEST_BUILDSPEC + 1)
    except (zipfile.BadZipFile, tarfile.TarError, OSError, EOFError) as problem:
        raise Unfetched(f"the source is neither a ZIP nor a TAR archive ({problem})") from None


class Git:
    """A repository to be cloned."""

    def __init__(self, source: Mapping[str, Json], way: Way) -> None:
        self._source = source
        self.url = way.url
        self._environment = {
            **way.settings,
            **{name: os.environ[name] for name in OF_THE_SERVER if name in os.environ},
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ALLOW_PROTOCOL": "http:https:ssh:git:file",
            "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C",
        }

    async def clone(self, folder: Path, version: str, mirror: Path | None = None) -> str:
        """Clone a version, with what a mirror of it has; which commit that is. Raises `Unfetched`."""
        depth = self._source.get("gitCloneDepth", 0)
        shallow = ("--depth", str(depth)) if depth and not version else ()
        borrowed = ("--reference", str(mirror), "--dissociate") if mirror else ()
        await self.run("clone", "--quiet", *shallow, *borrowed, "--", self.url, str(folder))
        if version:
            await self._check_out(folder, version)
        if self._source.get("gitSubmodulesConfig", {}).get("fetchSubmodules"):
            await self.run("-C", str(folder), "submodule", "update", "--quiet", "--init", "--recursive")
        return (await self.run("-C", str(folder), "rev-parse", "HEAD")).strip()

    async def _check_out(self, folder: Path, version: str) -> None:
        """A branch, a tag, a commit, `refs/heads/main^{commit}`, or a pull request as `pr/7`."""
        if pull := PULL_REQUEST.fullmatch(version):
            await self.run("-C", str(folder), "fetch", "--quiet", "origin", f"pull/{pull['number']}/head")
            wanted = "FETCH_HEAD"
        elif found := COMMIT.search(version):
            wanted = found["commit"]
        else:
            wanted = version.removeprefix("refs/heads/").removeprefix("refs/tags/")
        if wanted.startswith("-"):
            raise Unfetched(f"'{version}' is no version of a source")
        await self.run("-C", str(folder), "checkout", "--quiet", wanted)

    async def run(self, *words: str) -> str:
        secure = ("-c", "http.sslVerify=false") if self._source.get("insecureSsl") else ()
        process = await asyncio.create_subprocess_exec(
            "git", *secure, *words,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=self._environment, start_new_session=True,
        )  # fmt: skip
        try:
            output, errors = await process.communicate()
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, 9)
                await process.wait()
        if process.returncode:
            told = errors.decode(errors="replace").strip()
            raise Unfetched(f"git {words[0] if words[0] != '-C' else words[2]} failed for {self.url}: {told}")
        return output.decode(errors="surrogateescape")
