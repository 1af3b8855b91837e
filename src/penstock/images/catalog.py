"""The catalogue of images: which Python environment an image URI names, and what it starts.

    123456789012.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-xgboost:1.2-2  ──►  Image(environment="installed", …)

The mapping is `images.toml`, readable and open to be extended: files of the user's are layered on top, and the first
entry that matches is taken. An image that no entry matches is an error that says how to add one, never a guess.
"""

import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final, Literal, get_args

from penstock.images.environments import BadEnvironment, Environment, locked, normal, pins

Json = Any
Runtime = Literal["sandbox", "container", "ray"]
Framework = Literal["sklearn", "xgboost", "pytorch", "tensorflow", "huggingface", "none"]
Network = Literal["own", "host"]
Training = Literal["script", "algorithm"]
ModelFormat = Literal["pickle", "save_model", "none"]

HERE: Final = Path(__file__).parent
BUILT_IN: Final = HERE / "images.toml"
INSIDE: Final = HERE / "inside"  # what travels into a job; its contract: `penstock_image`'s docstring
NAMES: Final = {
    "sklearn": "scikit-learn",
    "xgboost": "XGBoost",
    "pytorch": "PyTorch",
    "tensorflow": "TensorFlow",
    "huggingface": "Hugging Face transformers",
}
DISTRIBUTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "sklearn": ("scikit-learn",),
    "xgboost": ("xgboost-cpu", "xgboost"),
    "pytorch": ("torch",),
    "tensorflow": ("tensorflow", "tensorflow-cpu"),
    "huggingface": ("transformers",),
}
ADDRESS: Final = re.compile(
    r"(?P<repository>[^@]+?)(?::(?P<tag>[\w][\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-fA-F]{64}))?"
)
OF_ALGORITHM: Final = {  # what a version of a built-in algorithm is a version of
    ("xgboost", "1"): "0.72", ("xgboost", "latest"): "0.72"
}  # fmt: skip
ALGORITHMS: Final = (  # the accounts, one in each region, that AWS keeps its first built-in algorithms in
    "104374241257 106583098589 226302683700 237065988967 249704162688 257386234256 272398656194 286214385809 "
    "306986355934 387376663083 390948362332 433757028032 455444449433 469771592824 475088953585 490574956308 "
    "501404015308 544295431143 628508329040 632365934929 644912444149 669576153137 680994064768 685385470294 "
    "749696950732 765400339828 811284229777 813361260812 825641698319 855470959533 867004704886 951798379941 "
    "991648021394"
).replace(" ", "|")
ONLY_AT_AWS: Final = frozenset(  # algorithms whose code is in AWS's images alone
    {
        "blazingtext", "factorization-machines", "forecasting-deepar", "image-classification", "ipinsights", "kmeans",
        "knn", "lda", "linear-learner", "ntm", "object-detection", "object2vec", "pca", "randomcutforest",
        "semantic-segmentation", "seq2seq",
    }
)  # fmt: skip
ACCOUNT: Final = r"\d{12}"
AWS: Final = ACCOUNT + r"\.dkr\.ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|[a-z0-9.-]+\.(?:gov|uk|eu))"


class UnknownImage(ValueError):
    """No entry maps the image, or what it maps to is not there. The sentence names the image and the remedy."""


class BadCatalog(ValueError):
    """A mapping file says something that cannot be meant. The sentence names the file and the entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What an image URI means here. `note` is a sentence for people where the versions differ, else empty."""

    uri: str
    environment: str
    framework: Framework
    version_asked: str
    version_run: str
    note: str = ""
    train: Training = "script"
    model_format: ModelFormat = "none"
    command: tuple[str, ...] = ()
    preload: tuple[str, ...] = ()
    serve: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_algorithm(self) -> bool:
        return self.train == "algorithm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One `[[images]]` of a mapping file, its pattern compiled."""

    pattern: re.Pattern[str]
    environments: tuple[str, ...]
    framework: Framework
    train: Training
    model_format: ModelFormat
    python: str
    command: tuple[str, ...]
    preload: tuple[str, ...]
    serve: tuple[str, ...]
    variables: Mapping[str, str]
    runtime: Literal["", "sandbox", "ray"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """An image that runs as a container. `name` is what the engine calls it; with `pull` it may fetch it.

    `network` is for model servers: one of their own, or this machine's.
    """

    name: str
    pull: bool = False
    network: Network = "own"
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ContainerEntry:
    """One `[[images]]` with `runtime = "container"`; where it names no image, that is the one asked for."""

    pattern: re.Pattern[str]
    container: Container


def unbuilt(digest: str) -> None:
    """Where nothing was built."""


class Catalog:
    """The mapping files, read once."""

    def __init__(
        self,
        *files: Path,
        is_here: Callable[[str], bool] = lambda _: True,
        built: Callable[[str], Path | None] = unbuilt,
    ) -> None:
        """The user's files, the most important first, on top of Penstock's own; `is_here` knows a Python's version.

        `built` knows the mapping file of what was built and is named by its content, and comes before them all.
        """
        self._built = built
        self._known: dict[str, Entry | ContainerEntry] = {}
        self._entries: list[Entry | ContainerEntry] = []
        self._is_here = is_here
        self.environments: dict[str, Environment] = {}
        for file in (*files, BUILT_IN):
            self._add(file)
        for name in self._named():
            if name not in self.environments:
                known = ", ".join(sorted(self.environments))
                raise BadCatalog(f"no [environments.{name}] in any mapping file; there are: {known}")
        self.environments |= {name: self._meant(name) for name in self.environments}
        for environment in self.environments.values():
            self._line(environment)

    def _named(self) -> Iterator[str]:
        for entry in self._entries:
            if isinstance(entry, Entry):
                yield from entry.environments
        for environment in self.environments.values():
            if named := environment.extends or environment.same_as:
                yield named

    def _meant(self, name: str) -> Environment:
        """The environment that a name stands for. Raises `BadCatalog` where that goes in a circle."""
        found = self.environments[name]
        for _ in self.environments:
            if not found.same_as:
                return found
            found = self.environments[found.same_as]
        raise BadCatalog(f"[environments.{name}] is the same as itself")

    def _line(self, environment: Environment) -> list[Environment]:
        """An environment, what it extends, what that extends. Raises `BadCatalog` where that goes in a circle."""
        line = [environment]
        while line[-1].extends:
            line.append(self.environments[line[-1].extends])
            if len(line) > len(self.environments):
                raise BadCatalog(f"[environments.{environment.name}] extends itself")
        return line

    def _add(self, file: Path) -> None:
        self._entries += self._read(file)

    def _read(self, file: Path) -> list[Entry | ContainerEntry]:
        """The entries of a mapping file; its environments are known afterwards."""
        try:
            document = tomllib.loads(file.read_text())
            for name, environment in document.get("environments", {}).items():
                self.environments.setdefault(name, Environment.read(name, environment, file.parent))
            return [_entry(entry) for entry in document.get("images", [])]
        except OSError as problem:
            raise BadCatalog(f"{file} cannot be read: {problem.strerror}") from problem
        except (tomllib.TOMLDecodeError, BadCatalog, BadEnvironment) as problem:
            raise BadCatalog(f"{file}: {problem}") from problem

    def resolve(self, uri: str) -> Image:
        """The environment that the image is. Raises `UnknownImage`."""
        entry, asked = self._find(uri)
        if isinstance(entry, ContainerEntry):
            raise UnknownImage(
                f"the image '{uri}' is mapped to a container; "
                'map it to an environment (environment = "installed") for what needs one'
            )
        return self._image(uri, asked, entry)

    def container(self, uri: str) -> Container | None:
        """The container that the image is; None if it is an environment. Raises `UnknownImage`."""
        entry, _ = self._find(uri)
        if isinstance(entry, Entry):
            return None
        return entry.container if entry.container.name else replace(entry.container, name=uri)

    def runtime(self, uri: str) -> Literal["", "sandbox", "container", "ray"]:
        """Where the image's jobs run; empty where its entry leaves that open. Raises `UnknownImage`."""
        entry, _ = self._find(uri)
        return entry.runtime if isinstance(entry, Entry) else "container"

    def _find(self, uri: str) -> tuple[Entry | ContainerEntry, str]:
        """The first entry that matches, and the version that was asked for."""
        address = ADDRESS.fullmatch(uri)
        if address is None:
            raise UnknownImage(f"'{uri}' is not an image's address; it reads as repository[:tag][@sha256:digest]")
        if address["digest"] and (entry := self._by_content(address["digest"])) is not None:
            return entry, ""
        tag = address["tag"] or ""
        for entry in self._entries:
            if found := entry.pattern.fullmatch(f"{address['repository']}:{tag}"):
                return entry, found.groupdict().get("version") or ""
        raise UnknownImage(_unmapped(uri, only_digest=bool(address["digest"]) and not tag))

    def _by_content(self, digest: str) -> Entry | ContainerEntry | None:
        """What was built and is called that, if it was; it is on this machine."""
        if digest not in self._known and (file := self._built(digest)) is not None:
            (entry,) = self._read(file)
            self._known[digest] = replace(entry, runtime="sandbox") if isinstance(entry, Entry) else entry
        return self._known.get(digest)

    def _image(self, uri: str, asked: str, entry: Entry) -> Image:
        environment = self._choose(uri, entry)
        run = self._version(environment, entry.framework)
        if entry.framework != "none" and not run:
            raise UnknownImage(
                f"the image '{uri}' needs {NAMES[entry.framework]}, and the environment '{environment.name}' "
                f"({environment.summary}) has none; {_remedy(environment, entry.framework)}"
            )
        variables = dict(entry.variables)
        if entry.train == "algorithm":
            variables |= {
                "PENSTOCK_ALGORITHM": entry.framework,
                "PENSTOCK_ALGORITHM_VERSION": asked,
                "PENSTOCK_MODEL_FORMAT": entry.model_format,
            }
        return Image(
            uri=uri,
            environment=environment.name,
            framework=entry.framework,
            version_asked=asked,
            version_run=run,
            note=_note(entry.framework, asked, run, environment) or self._note_of_python(entry.python, environment),
            train=entry.train,
            model_format=entry.model_format,
            command=entry.command,
            preload=entry.preload,
            serve=entry.serve,
            variables=variables,
        )

    def _choose(self, uri: str, entry: Entry) -> Environment:
        """The first of an entry's environments that this machine can have. Raises `UnknownImage`."""
        wanted = [self.environments[name] for name in entry.environments]
        for environment in wanted:
            if not environment.absent and self._is_here(self._line(environment)[-1].python):
                return environment
        if wanted[0].absent:
            raise UnknownImage(f"the image '{uri}' runs in the environment '{wanted[0].name}': {wanted[0].absent}")
        raise UnknownImage(
            f"the image '{uri}' runs in the environment '{wanted[0].name}', which needs Python {wanted[0].python}, and "
            f'none was found; install it, or say where it is: [environments.{wanted[0].name}] python = "/path/of/it" '
            "(with the other keys of that environment) in the data folder's images.toml"
        )

    def _note_of_python(self, has: str, environment: Environment) -> str:
        """A sentence where the image has another Python than its environment."""
        runs = self._line(environment)[-1].python or ".".join(map(str, sys.version_info[:2]))
        if not has or runs == has:
            return ""
        return (
            f"The image has Python {has}; it is run with Python {runs}, which the environment '{environment.name}' has."
        )

    def _version(self, environment: Environment, framework: Framework) -> str:
        """The version of a framework that an environment has, or will have when it is built; empty if it has none."""
        for each in self._line(environment):
            names = each.distributions.get(framework) or DISTRIBUTIONS.get(framework, ())
            if each.is_built:
                held = _pinned(each)
                found = next((held[name] for name in map(normal, names) if name in held), "")
            elif each.python:
                found = _version_at(each.python, names)
            else:
                found = _version_of(names)
            if found:
                return found
        return ""


def _pinned(environment: Environment) -> dict[str, str]:
    """The versions in an environment's lock; none where it is not locked yet, which is told when it is built."""
    try:
        return pins(locked(environment))
    except BadEnvironment:
        return {}


def _remedy(environment: Environment, framework: Framework) -> str:
    if environment.is_built:
        return f"add it to {environment.requirements}, and then: penstock env lock {environment.name}"
    if not environment.python:
        return "install it there, for example with: pip install 'penstock[ml]'"
    return f"install it there: {environment.python or 'python'} -m pip install {DISTRIBUTIONS[framework][0]}"


def _unmapped(uri: str, *, only_digest: bool) -> str:
    if only_digest:
        return (
            f"the image '{uri}' is named by its digest alone, which does not tell its version; add the tag "
            '(repository:tag@sha256:…), or an [[images]] entry with versions = ["*"] to a mapping file'
        )
    repository = uri.partition("@")[0]
    address = repository.rpartition(":")[0] or repository
    return (
        f"no environment is mapped to the image '{uri}'. {_of_algorithm(address.rpartition('/')[2])}Start with "
        "--runtime container to run it as a container, or add an environment to a mapping file, and start anew: "
        f'[[images]] repository = "{address}", versions = ["*"], '
        f'environment = "installed", framework = "none", train = "script" (see {BUILT_IN.name} for what these mean)'
    )


def _of_algorithm(name: str) -> str:
    if name not in ONLY_AT_AWS:
        return ""
    return (
        f"'{name}' is an algorithm that only AWS's image has (of AWS's algorithms Penstock has XGBoost): train with a "
        "script of your own, in scikit-learn's image for example. "
    )


def _note(framework: Framework, asked: str, run: str, environment: Environment) -> str:
    """A sentence where another version runs than was asked for: `1.2-1` asks for some 1.2."""
    if inside := re.search(r"transformers([\d.]+)", asked) if framework == "huggingface" else None:
        asked = inside[1]  # the tag begins with the version of the framework below
    asked = OF_ALGORITHM.get((framework, asked), asked)
    wanted = asked.partition("-")[0].split(".")
    if framework == "none" or not asked or run.split(".")[: len(wanted)] == wanted:
        return ""
    return (
        f"The image asks for {NAMES[framework]} {asked}; it is run with {run}, which the environment "
        f"'{environment.name}' has."
    )


def _version_at(python: str, distributions: tuple[str, ...]) -> str:
    """The version of the first of these packages that is installed for an interpreter, by the names of its folders."""
    prefix = Path(python).parent.parent
    for name in distributions:
        plain = normal(name).replace("-", "_")
        for place in sorted(prefix.glob(f"lib/python3.*/site-packages/{plain}-*.dist-info")):
            return place.name.removesuffix(".dist-info").rpartition("-")[2]
    return ""


@cache
def _version_of(distributions: tuple[str, ...]) -> str:
    """The version of the first of these packages that is installed here; empty if none is."""
    for name in distributions:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return ""


def _entry(document: Json) -> Entry | ContainerEntry:
    if (runtime := _one_of(Runtime, document, "runtime", "")) == "container":
        return _container_entry(document)
    others = {"framework", "train", "model_format", "preload", "serve", "python", "command"}
    _check_keys(document, needed={"environment"}, others=others)
    named = document["environment"]
    if not named:
        raise BadCatalog(f"the [[images]] entry for {document['repository']} names no environment")
    train = _one_of(Training, document, "train", "script")
    return Entry(
        pattern=_pattern(document["repository"], document["versions"], document.get("suffixes", [""])),
        environments=(named,) if isinstance(named, str) else tuple(named),
        framework=_one_of(Framework, document, "framework", "none"),
        train=train,
        model_format=_one_of(ModelFormat, document, "model_format", "none"),
        python=str(document.get("python", "")),
        command=tuple(str(word).replace("<inside>", str(INSIDE)) for word in document.get("command", ())),
        preload=tuple(document.get("preload", ())),
        serve=tuple(document.get("serve", ())),
        variables=_variables(document),
        runtime=runtime,
    )


def _container_entry(document: Json) -> ContainerEntry:
    _check_keys(document, needed=set(), others={"image", "pull", "network"})
    if not isinstance(pull := document.get("pull", False), bool):
        raise BadCatalog(f"the entry for {document['repository']} has pull = '{pull}'; it may be true or false")
    return ContainerEntry(
        _pattern(document["repository"], document["versions"], document.get("suffixes", [""])),
        Container(
            name=document.get("image", ""),
            pull=pull,
            network=_one_of(Network, document, "network", "own"),
            variables=_variables(document),
        ),
    )


def _check_keys(document: Json, *, needed: set[str], others: set[str]) -> None:
    needed = needed | {"repository", "versions"}
    if strange := sorted(set(document) - needed - others - {"suffixes", "variables", "runtime"}):
        raise BadCatalog(f"an [[images]] entry has the unknown key '{strange[0]}'")
    if missing := sorted(needed - set(document)):
        raise BadCatalog(f"the [[images]] entry {document} lacks '{missing[0]}'")


def _variables(document: Json) -> dict[str, str]:
    return {name: str(value) for name, value in document.get("variables", {}).items()}


def _one_of(kind: Json, document: Json, name: str, default: str) -> Json:
    value = document.get(name, default)
    if value != default and value not in get_args(kind):
        allowed = ", ".join(f"'{choice}'" for choice in get_args(kind))
        raise BadCatalog(f"the entry for {document.get('repository')} has {name} = '{value}'; it may be {allowed}")
    return value


def _pattern(repository: str, versions: list[str], suffixes: list[str]) -> re.Pattern[str]:
    tags = "|".join(_glob(version) for version in versions)
    ends = "|".join(map(re.escape, suffixes))
    return re.compile(f"{_glob(repository)}:(?P<version>{tags})(?:{ends})")


def _glob(text: str) -> str:
    """A regular expression for text with `*`, `<aws>` and `<aws-algorithms>` in it."""
    return "".join(_glob_parts(text))


def _glob_parts(text: str) -> Iterator[str]:
    theirs = f"(?:{ALGORITHMS}){AWS.removeprefix(ACCOUNT)}"
    for part in re.split(r"(\*|<aws>|<aws-algorithms>)", text):
        yield {"*": ".*?", "<aws>": AWS, "<aws-algorithms>": theirs}.get(part, re.escape(part))
