"""Spark jobs: `smspark-submit`, which SageMaker's Spark images start, as Spark on this machine alone.

    smspark-submit [options of spark-submit] [--local-spark-event-logs-dir DIR] APPLICATION [arguments]
        ──►  spark-submit --master local[PROCESSORS] …

`/opt/ml/processing/input/conf/configuration.json` is EMR's: spark-defaults, spark-env and what Hadoop reads of it hold.
Spark and Java are the environment's. Of a job's hosts the first runs Spark; the others have nothing to do.
"""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType

from penstock_image.failure import ClientError
from penstock_image.layout import Json
from penstock_image.spark_files.settings import mounted

CONFIGURATION = Path("/opt/ml/processing/input/conf/configuration.json")
RESOURCES = Path("/opt/ml/config/resourceconfig.json")
EVENT_LOGS = "--local-spark-event-logs-dir"
DEPENDENCIES = ("--jars", "--py-files", "--files")
WITHOUT_VALUE = ("--verbose", "-v", "--supervise", "--help", "-h", "--version")
HADOOP = ("core-site", "hdfs-site", "hive-site")  # whose properties Spark passes on
ALONE = {
    "spark.ui.enabled": "false",  # a port that jobs would fight for
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
}


def main(arguments: Sequence[str]) -> int:
    """Run an application to its end; its exit code."""
    try:
        resources = read(RESOURCES) or {}
        hosts = resources.get("hosts", [])
        if hosts and resources["current_host"] != min(hosts):
            print(f"Spark runs on {min(hosts)} alone", flush=True)
            return 0
        given = read(CONFIGURATION) or []
        command = submission(spark_submit(os.environ), arguments, configured(given), os.environ)
        with mounted(os.environ) as buckets:
            return run(command, {**os.environ, **buckets, **surroundings(given, os.environ)})
    except ClientError as problem:
        print(problem, file=sys.stderr, flush=True)
        return 1


def read(file: Path) -> Json:
    return json.loads(file.read_text()) if file.exists() else None


def spark_submit(variables: Mapping[str, str]) -> str:
    """Where it is: Spark's own home, or beside the environment's Python. Raises `ClientError`."""
    home = variables.get("SPARK_HOME")
    found = shutil.which("spark-submit", path=f"{home}/bin") if home else shutil.which("spark-submit")
    package = importlib.util.find_spec("pyspark")
    if found is None and package is not None and package.submodule_search_locations:
        found = shutil.which("spark-submit", path=f"{package.submodule_search_locations[0]}/bin")
    if found is None:
        raise ClientError(
            f"{sys.executable} has no Spark: install it there (pip install pyspark), or set SPARK_HOME to where it is"
        )
    if not variables.get("JAVA_HOME") and shutil.which("java") is None:
        raise ClientError("Spark needs Java: install it (as openjdk-17-jre-headless), or set JAVA_HOME to where it is")
    return found


def submission(
    program: str, arguments: Sequence[str], properties: Mapping[str, str], variables: Mapping[str, str]
) -> list[str]:
    """The command: options first, then the application and its arguments, as they were given."""
    words, more = list(arguments), {}
    if EVENT_LOGS in words:
        at = words.index(EVENT_LOGS)
        if at + 1 == len(words):
            raise ClientError(f"{EVENT_LOGS} names no folder")
        more = {"spark.eventLog.enabled": "true", "spark.eventLog.dir": Path(words[at + 1]).as_uri()}
        Path(words[at + 1]).mkdir(parents=True, exist_ok=True)
        del words[at : at + 2]
    processors = variables.get("OMP_NUM_THREADS", "*")
    options = [f"--conf={name}={value}" for name, value in {**ALONE, **properties, **more}.items()]
    return [program, "--master", f"local[{processors}]", *options, *unfolded(words)]


def unfolded(words: Sequence[str]) -> Iterator[str]:
    """The words of a submission, a folder of dependencies as the files in it: Spark itself takes no folder."""
    option, is_before = "", True
    for word in words:
        if option:
            yield files_in(word) if option in DEPENDENCIES else word
            option = ""
            continue
        is_before = is_before and word.startswith("-")  # what follows the application is the application's
        name, equals, value = word.partition("=")
        if is_before and not equals and word not in WITHOUT_VALUE:
            option = word
        yield f"{name}={files_in(value)}" if is_before and equals and name in DEPENDENCIES else word


def files_in(listed: str) -> str:
    """Files by commas."""
    each = [
        [str(file) for file in sorted(Path(one).iterdir())] if Path(one).is_dir() else [one]
        for one in listed.split(",")
    ]
    return ",".join(file for several in each for file in several)


def configured(given: Json) -> dict[str, str]:
    """Spark's properties in EMR's configuration; what means nothing here is told."""
    properties: dict[str, str] = {}
    for each in classified(given):
        name, values = each["Classification"], each.get("Properties") or {}
        if name == "spark-defaults":
            properties |= values
        elif name in HADOOP:
            properties |= {f"spark.hadoop.{key}": value for key, value in values.items()}
        elif name not in ("spark-env", "export"):
            print(f"the configuration of {name} means nothing to Spark on one machine", flush=True)
    return properties


def surroundings(given: Json, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables that Spark gains."""
    exported = {
        name: str(value)
        for each in classified(given)
        if each["Classification"] == "export"
        for name, value in (each.get("Properties") or {}).items()
    }
    here = {"PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_DIRS": variables.get("TMPDIR", "/tmp")}  # noqa: S108
    return {**here, **exported}


def classified(given: Json) -> Iterator[Json]:
    """Every classification, with those that are inside others. Raises `ClientError`."""
    for each in given if isinstance(given, list) else [given]:
        if not isinstance(each, dict) or "Classification" not in each:
            raise ClientError(f"{CONFIGURATION} is not a list of classifications, as EMR's are")
        yield each
        yield from classified(each.get("Configurations") or [])


def run(command: Sequence[str], variables: Mapping[str, str]) -> int:
    print(f"Running: {' '.join(command)}", flush=True)
    with subprocess.Popen(command, env=dict(variables)) as spark:

        def pass_on(number: int, _: FrameType | None) -> None:
            spark.send_signal(number)

        signal.signal(signal.SIGTERM, pass_on)
        code = spark.wait()
    return code if code >= 0 else 128 - code
