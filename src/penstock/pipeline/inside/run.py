"""The runner: calls one function of the user's in a job, or serves the model that one returned. See docs/authoring.md.

    plan.json ─► arguments ─► function ─► outputs, each a folder: value.json (JSON, or what the files are), files/…

It is shipped with every step, runs on any Python from 3.8, and needs no Penstock: `penstock.pipeline` is stood in for,
as what the user's modules import of it only says what their functions are. A model is packed as SageMaker serves it,
this file beside it as `inference.py`.
"""

from __future__ import annotations

import gzip
import importlib
import importlib.util
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
import time
import traceback
import types
import typing
import zipfile
from pathlib import Path, PurePath
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

HERE = Path(__file__).resolve().parent
ML = Path(os.environ.get("PENSTOCK_ML", "/opt/ml"))
RESULT = "result"  # the output of a function that returns one value
ITEM = "each.item"  # which item of a loop an iteration was about
ARCHIVE = "model.tar.gz"
LONGEST_PAUSE = 60.0  # seconds between two tries
LONGEST_REASON = 1000
UNIONS = (typing.Union, getattr(types, "UnionType", typing.Union))
EXACT = ("bool", "int64", "int32", "float64", "float32")  # in CSV, too
Json = Any
Plan = Dict[str, Json]


# ------------------------------------------------------------------------------------------- the user's modules


KEPT: Dict[type, Tuple[Callable[[Any, Path], None], Callable[[Path], Any]]] = {}


class Function:
    """What `@step` makes of a function here: the function."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def using(self, **_: Any) -> "Function":
        return self


class Subscripted:
    """`Model[C]` is `C`."""

    def __getitem__(self, kind: Any) -> Any:
        return kind


def step(function: Optional[Callable[..., Any]] = None, **_: Any) -> Any:
    return Function if function is None else Function(function)


def keep(kind: type, *, save: Callable[[Any, Path], None], load: Callable[[Path], Any]) -> None:
    KEPT[kind] = (save, load)


def nothing(*_: Any, **__: Any) -> Any:
    """Stands for what has a meaning only where a pipeline is drawn, and for what that comes to."""
    return nothing


NAMES = (
    "Mistake", "Model", "Pipeline", "Step", "between", "choice", "deploy", "each", "fail", "file", "folder", "is_in",
    "keep", "not_", "otherwise", "pipeline", "register", "step", "transform", "tune", "when",
)  # fmt: skip


def stand_in() -> None:
    """Let `from penstock.pipeline import …` find what jobs need of it."""
    package, module = types.ModuleType("penstock"), types.ModuleType("penstock.pipeline")
    package.__path__ = []
    offered = {"step": step, "keep": keep, "Mistake": type("Mistake", (Exception,), {})}
    types_of_ours = {name: Subscripted() for name in ("Model", "Pipeline", "Step")}
    vars(module).update({**dict.fromkeys(NAMES, nothing), **types_of_ours, **offered, "__all__": [*NAMES]})
    vars(package)["pipeline"] = module
    sys.modules.update({"penstock": package, "penstock.pipeline": module})


def open_project() -> None:
    """Unpack the user's modules, and let them be found before all others of their names."""
    stand_in()
    folder = tempfile.mkdtemp(prefix="project-")
    with zipfile.ZipFile(HERE / "project.zip") as archive:
        archive.extractall(folder)
        tops = {name.partition("/")[0].partition(".")[0] for name in archive.namelist()}
    for name in [name for name in sys.modules if name.partition(".")[0] in tops - {"penstock"}]:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if name != "__main__" and not file.startswith(folder):
            del sys.modules[name]
    sys.path.insert(0, folder)
    os.chdir(folder)


def found(name: str) -> Any:
    """What `module:name` means."""
    module, _, attribute = name.partition(":")
    value: Any = importlib.import_module(module)
    for part in attribute.split("."):
        value = getattr(value, part)
    return value.function if isinstance(value, Function) else value


# -------------------------------------------------------------------------------------------------- the job


class Job:
    """Where things are in this job: a processing job, or a training job, which is a trial."""

    def __init__(self) -> None:
        parameters = ML / "input" / "config" / "hyperparameters.json"
        self.is_trial = parameters.exists()
        self.values = ML / "input" / "data" if self.is_trial else ML / "processing" / "input"
        self.outputs = ML / "model" if self.is_trial else ML / "processing" / "outputs"
        self.told: Dict[str, str] = (
            json.loads(parameters.read_text())
            if self.is_trial
            else {name: value for name, _, value in (argument.partition("=") for argument in sys.argv[1:])}
        )
        self.plan: Plan = json.loads((self.values / "plan" / "plan.json").read_text())

    def run(self) -> None:
        for variable, secret in self.plan["secrets"].items():
            os.environ[variable] = secret_value(secret)
        function = found(self.plan["function"])
        hints = typing.get_type_hints(function)
        bindings = self.plan["arguments"]
        arguments = {name: rebuilt(self.value(told), hints.get(name)) for name, told in bindings.items()}
        answer = tried(function, arguments, self.plan["retries"])
        names = self.plan["outputs"]
        self.outputs.mkdir(parents=True, exist_ok=True)
        if ITEM in self.told:
            (self.outputs / ITEM).write_text(self.told[ITEM])
        returned = hints.get("return")
        if names is None:
            must_be(answer, returned, "returns", function)
            self.put(RESULT, answer)
        elif not isinstance(answer, tuple) or len(answer) != len(names):
            raise TypeError(f"{self.plan['step']} must return its outputs {', '.join(names)}, and returned {answer!r}")
        else:
            kinds = typing.get_type_hints(returned)
            for name, value in zip(names, answer):
                must_be(value, kinds.get(name), f"returns as {name}", function)
                self.put(name, value)

    def value(self, told: Json) -> Any:
        """What an argument is bound to."""
        if "value" in told:
            return told["value"]
        if "list" in told:
            return [self.value(item) for item in told["list"]]
        if "object" in told:
            return {key: self.value(item) for key, item in told["object"].items()}
        if "argument" in told:
            return read_text(self.told[told["argument"]], is_text=told["is_text"])
        if "path_of" in told:
            return path_in(self.values / f"value-{told['path_of']}", told.get("is_file"))
        if "gathered" in told:
            return [load(folder) for folder in self.gathered(told)]
        value = load(self.values / f"value-{told['input']}", told.get("inside", ""))
        for part in told["path"]:
            value = value[part] if isinstance(value, (dict, list)) else getattr(value, part)
        return value

    def gathered(self, told: Json) -> Iterator[Path]:
        """The folders that the iterations of a loop left, in the order of its items."""
        left: Dict[str, List[Path]] = {}
        for iteration in sorted((self.values / f"value-{told['gathered']}").iterdir()):
            left.setdefault((iteration / ITEM).read_text(), []).append(iteration)
        items = self.value(told["items"])
        for item in json.loads(items) if isinstance(items, str) else items:
            name = item if isinstance(item, str) else json.dumps(item, ensure_ascii=False, separators=(",", ":"))
            yield left[name].pop() / (told["output"] or RESULT)

    def put(self, name: str, value: Any) -> None:
        """Write an output. A trial has one archive for all: its model, and the others in it."""
        is_model = name in self.plan["models"]
        if self.is_trial:
            save(value, self.outputs if is_model else self.outputs / "outputs" / name)
            if is_model:
                add_code(self.outputs)
            elif isinstance(value, (int, float)):
                print(f"{name}={float(value)!r};", flush=True)
        elif is_model:
            with tempfile.TemporaryDirectory() as folder:
                save(value, Path(folder))
                add_code(Path(folder))
                (self.outputs / name).mkdir(parents=True, exist_ok=True)
                pack(Path(folder), self.outputs / name / ARCHIVE)
        else:
            save(value, self.outputs / name)


def must_be(value: Any, kind: Any, what: str, function: Callable[..., Any]) -> None:
    """Raise an error where what a step returns is plainly not what it says; what is in lists and objects it may be."""
    kind = getattr(kind, "__supertype__", kind)
    outer = typing.get_origin(kind) or kind
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        value = value.item()
    if isinstance(outer, type) and issubclass(outer, PurePath):
        outer = PurePath
    wanted = {float: (int, float), list: (list, tuple), type(None): (type(None),)}.get(outer, (outer,))
    is_other_number = isinstance(value, bool) and outer in (int, float)
    if outer in CHECKED and (is_other_number or not isinstance(value, wanted)):
        code = function.__code__
        place = f"{os.path.basename(code.co_filename)}:{code.co_firstlineno}"
        told = getattr(outer, "__name__", str(outer)).replace("PurePath", "Path").replace("NoneType", "None")
        raise TypeError(f"{function.__name__} says that it {what} {told}, and it is {value!r:.60} ({place})")


def tried(function: Callable[..., Any], arguments: Dict[str, Any], retries: int) -> Any:
    for attempt in range(retries):
        try:
            return function(**arguments)
        except Exception:
            traceback.print_exc()
            pause = min(2.0**attempt, LONGEST_PAUSE)
            print(f"try {attempt + 1} of {retries + 1} failed; the next is in {pause:g} s", file=sys.stderr, flush=True)
            time.sleep(pause)
    return function(**arguments)


def secret_value(secret: str) -> str:
    boto3: Any = importlib.import_module("boto3")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return str(boto3.client("secretsmanager", region_name=region).get_secret_value(SecretId=secret)["SecretString"])


def read_text(text: str, *, is_text: bool) -> Any:
    """What the job was told: the text itself, or JSON."""
    if is_text:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def path_in(folder: Path, is_file: Optional[bool]) -> Path:
    """The one file that was brought, or the folder; a value of another step says itself what it is."""
    files = list(folder.iterdir()) if folder.is_dir() else []
    if is_file is None:
        is_file = len(files) == 1 and files[0].is_file()
    if not is_file:
        return folder
    if len(files) != 1:
        raise FileNotFoundError(f"one file was expected in S3, and there are {len(files)}")
    return files[0]


# ------------------------------------------------------------------------------------- values as files


def save(value: Any, folder: Path) -> None:
    """Write a value: `value.json`, which is all of it or says what the files are."""
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "files"
    told = as_files(value, files)
    if told is None:
        told = {"kind": "json", "value": value}
    text = json.dumps(told, default=plainly, sort_keys=False)
    (folder / "value.json").write_text(text)


def as_files(value: Any, files: Path) -> Optional[Json]:
    """Write what is no JSON, and say what it was; None for what is JSON."""
    for kind in type(value).__mro__:
        root = kind.__module__.partition(".")[0]
        if kind in KEPT:
            files.mkdir()
            KEPT[kind][0](value, files)
            return {"kind": "kept", "class": name_of(kind)}
        if kind is PurePath:
            return save_path(Path(value), files)
        if root in WRITERS and kind.__name__ not in SCALARS_OF_NUMPY:
            written = WRITERS[root](value, files)
            if written is not None:
                return written
    return None


def load(folder: Path, inside: str = "") -> Any:
    """Read a value again."""
    if (folder / ARCHIVE).exists():
        unpacked = Path(tempfile.mkdtemp(prefix="model-"))
        with tarfile.open(folder / ARCHIVE) as archive:
            filtered: Dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            archive.extractall(unpacked, **filtered)
        folder = unpacked
    folder = folder / inside
    told = json.loads((folder / "value.json").read_text())
    if told["kind"] == "json":
        return told["value"]
    return READERS[told["kind"]](folder / "files", told)


def save_path(path: Path, files: Path) -> Json:
    if path.is_dir():
        shutil.copytree(path, files)
        return {"kind": "folder"}
    files.mkdir()
    shutil.copyfile(path, files / path.name)
    return {"kind": "file", "name": path.name}


def save_pandas(value: Any, files: Path) -> Optional[Json]:
    """Parquet where a library for it is there; CSV where that is exact; else a pickle."""
    pandas: Any = importlib.import_module("pandas")
    is_series = isinstance(value, pandas.Series)
    if not is_series and not isinstance(value, pandas.DataFrame):
        return None
    files.mkdir()
    table = value.to_frame(name="value") if is_series else value
    told = {"kind": "pandas", "series": is_series, "name": value.name if is_series else None}
    is_plain = all(isinstance(name, str) for name in table.columns) and isinstance(table.index, pandas.RangeIndex)
    is_plain = is_plain and table.index.start == 0 and table.index.step == 1 and table.columns.is_unique
    types_of = {str(name): str(kind) for name, kind in table.dtypes.items()}
    if is_plain and any(map(importlib.util.find_spec, ("pyarrow", "fastparquet"))):
        table.to_parquet(files / "table.parquet")
        return {**told, "form": "parquet"}
    if is_plain and types_of and set(types_of.values()) <= set(EXACT):
        table.to_csv(files / "table.csv", index=False)
        return {**told, "form": "csv", "types": types_of}
    value.to_pickle(files / "table.pickle")
    return {**told, "form": "pickle"}


def load_pandas(files: Path, told: Json) -> Any:
    pandas: Any = importlib.import_module("pandas")
    if told["form"] == "pickle":
        return pandas.read_pickle(files / "table.pickle")
    if told["form"] == "parquet":
        table = pandas.read_parquet(files / "table.parquet")
    else:
        texts = pandas.read_csv(files / "table.csv", dtype=str, keep_default_na=False)
        table = pandas.DataFrame({name: from_texts(texts[name], kind) for name, kind in told["types"].items()})
    return table["value"].rename(told["name"]) if told["series"] else table


def from_texts(column: Any, kind: str) -> Any:
    """Numbers as they were: pandas' own reader is not exact in all versions."""
    if kind == "bool":
        return column == "True"
    return column.where(column != "", "nan").astype(object).to_numpy().astype(kind)


def save_numpy(value: Any, files: Path) -> Json:
    files.mkdir()
    importlib.import_module("numpy").save(files / "array.npy", value, allow_pickle=False)
    return {"kind": "numpy"}


def load_numpy(files: Path, _: Json) -> Any:
    return importlib.import_module("numpy").load(files / "array.npy", allow_pickle=False)


def save_sklearn(value: Any, files: Path) -> Json:
    files.mkdir()
    importlib.import_module("joblib").dump(value, files / "model.joblib")
    return {"kind": "sklearn"}


def load_sklearn(files: Path, _: Json) -> Any:
    return importlib.import_module("joblib").load(files / "model.joblib")


def save_xgboost(value: Any, files: Path) -> Json:
    files.mkdir()
    value.save_model(str(files / "model.json"))
    return {"kind": "xgboost", "class": name_of(type(value))}


def load_xgboost(files: Path, told: Json) -> Any:
    model = found(told["class"])()
    model.load_model(str(files / "model.json"))
    return model


CHECKED = (str, int, float, bool, type(None), list, dict, PurePath)
SCALARS_OF_NUMPY = ("generic", "float64", "bool_", "bool", "number", "inexact", "integer", "signedinteger", "floating")
WRITERS: Dict[str, Callable[[Any, Path], Optional[Json]]] = {
    "pandas": save_pandas,
    "numpy": lambda value, files: None if value.shape == () else save_numpy(value, files),
    "xgboost": save_xgboost,
    "sklearn": save_sklearn,
}
READERS: Dict[str, Callable[[Path, Json], Any]] = {
    "file": lambda files, told: files / told["name"],
    "folder": lambda files, _: files,
    "pandas": load_pandas,
    "numpy": load_numpy,
    "sklearn": load_sklearn,
    "xgboost": load_xgboost,
    "kept": lambda files, told: KEPT[found(told["class"])][1](files),
}


def name_of(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


def plainly(value: Any) -> Json:
    """What is JSON but for its class."""
    if hasattr(value, "__dataclass_fields__"):
        return {name: getattr(value, name) for name in value.__dataclass_fields__}
    if hasattr(value, "item") and getattr(value, "shape", None) == ():
        return value.item()
    raise TypeError(
        f"there is no way to keep a {name_of(type(value))} in files: register one with keep(…, save=…, load=…)"
    )


def rebuilt(value: Any, kind: Any) -> Any:
    """JSON as the class that a function wants."""
    kind = getattr(kind, "__supertype__", kind)
    outer, inner = typing.get_origin(kind) or kind, typing.get_args(kind)
    if outer in UNIONS:
        wanted = [each for each in inner if each is not type(None)]
        return value if value is None or len(wanted) != 1 else rebuilt(value, wanted[0])
    if isinstance(value, dict) and hasattr(kind, "__annotations__"):
        hints = typing.get_type_hints(kind)
        members = {name: rebuilt(each, hints.get(name)) for name, each in value.items()}
        return members if issubclass(kind, dict) else kind(**members)
    if isinstance(value, list) and hasattr(kind, "_fields"):
        hints = typing.get_type_hints(kind)
        return kind(*(rebuilt(each, hints.get(name)) for name, each in zip(kind._fields, value)))
    if isinstance(value, list) and outer in (list, tuple):
        if outer is list:
            return [rebuilt(each, inner[0]) for each in value] if inner else value
        kinds = [inner[0]] * len(value) if Ellipsis in inner else (*inner, *[None] * len(value))
        return tuple(rebuilt(each, each_kind) for each, each_kind in zip(value, kinds))
    if isinstance(value, dict) and outer is dict and inner:
        return {rebuilt_key(key, inner[0]): rebuilt(each, inner[1]) for key, each in value.items()}
    return float(value) if kind is float and type(value) is int else value


def rebuilt_key(key: str, kind: Any) -> Any:
    return int(key) if kind is int else key


# ------------------------------------------------------------------------------------------------ models


def add_code(folder: Path) -> None:
    """Put what serves a model beside it."""
    code = folder / "code"
    code.mkdir()
    shutil.copyfile(__file__, code / "inference.py")
    shutil.copyfile(HERE / "project.zip", code / "project.zip")


def pack(folder: Path, archive: Path) -> None:
    """An archive whose bytes follow from the files alone."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = tarfile.TarInfo(path.relative_to(folder).as_posix())
                entry.size = path.stat().st_size
                with path.open("rb") as content:
                    tar.addfile(entry, content)
    with archive.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=1, fileobj=raw, mtime=0) as zipped:
        zipped.write(packed.getvalue())


def model_fn(model_dir: str) -> Any:
    """What a model server loads."""
    open_project()
    return load(Path(model_dir))


def predict_fn(data: Any, model: Any) -> Any:
    """What it answers: the user's `predict(model, data)`, or the model's own. One row alone is a table, too."""
    if getattr(data, "ndim", 2) == 1:
        data = data.reshape(1, -1)
    function = os.environ.get("PENSTOCK_PREDICT")
    return found(function)(model, data) if function else model.predict(data)


# ------------------------------------------------------------------------------------------------ the end


def theirs(error: BaseException) -> Optional[types.TracebackType]:
    """The traceback from the user's first line on; the whole of it where none is theirs."""
    frames = error.__traceback__
    while frames is not None and "project-" not in frames.tb_frame.f_code.co_filename:
        frames = frames.tb_next
    return frames or error.__traceback__


def reason(error: BaseException) -> str:
    """An error in one line, with the user's innermost line."""
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if "project-" in frame.filename]
    where = f" ({os.path.basename(lines[-1].filename)}:{lines[-1].lineno})" if lines else ""
    return f"{type(error).__name__}: {error}{where}"[:LONGEST_REASON]


def main() -> int:
    try:
        open_project()
        Job().run()
    except Exception as error:  # whatever the user's function raises: the job says it, and fails
        traceback.print_exception(type(error), error, theirs(error))
        (ML / "output").mkdir(parents=True, exist_ok=True)
        (ML / "output" / "message").write_text(reason(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
