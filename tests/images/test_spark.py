"""Spark jobs: what `smspark-submit` makes of a Spark image's command."""

from pathlib import Path

import pytest

from penstock_image import spark
from penstock_image.failure import ClientError

DEFAULTS = {"Classification": "spark-defaults", "Properties": {"spark.driver.memory": "2g"}}
EXPORTS = {
    "Classification": "spark-env",
    "Configurations": [{"Classification": "export", "Properties": {"COLOUR": "green"}}],
}


def test_the_application_runs_on_this_machine_with_as_many_threads_as_the_job_has_processors() -> None:
    words = spark.submission("spark-submit", ["--py-files", "a.py", "app.py", "--x", "1"], {}, {"OMP_NUM_THREADS": "3"})

    assert words[:3] == ["spark-submit", "--master", "local[3]"]
    assert "--conf=spark.ui.enabled=false" in words
    assert words[-5:] == ["--py-files", "a.py", "app.py", "--x", "1"]


@pytest.mark.parametrize("join", ["{} {}", "{}={}"])
def test_folders_of_dependencies_are_the_files_in_them_and_arguments_stay_as_they_are(
    tmp_path: Path, join: str
) -> None:
    for name in ("b.py", "a.py"):
        (tmp_path / name).touch()
    given = [
        *join.format("--py-files", f"s3://b/c.py,{tmp_path}").split(),
        "--verbose",
        "app.py",
        "--files",
        str(tmp_path),
    ]

    words = spark.submission("spark-submit", given, {}, {})

    files = join.format("--py-files", f"s3://b/c.py,{tmp_path}/a.py,{tmp_path}/b.py").split()
    assert words[-4 - len(files) :] == [*files, "--verbose", "app.py", "--files", str(tmp_path)]


def test_event_logs_go_where_sagemaker_collects_them(tmp_path: Path) -> None:
    words = spark.submission("spark-submit", [spark.EVENT_LOGS, str(tmp_path / "events"), "app.py"], {}, {})

    assert f"--conf=spark.eventLog.dir={tmp_path.as_uri()}/events" in words
    assert words[-1] == "app.py"
    assert (tmp_path / "events").is_dir()


def test_emrs_configuration_becomes_sparks_properties_and_variables(capsys: pytest.CaptureFixture[str]) -> None:
    site = {"Classification": "core-site", "Properties": {"fs.s3a.endpoint": "x"}}
    given = [DEFAULTS, EXPORTS, site, {"Classification": "yarn-site", "Properties": {"a": "b"}}]

    assert spark.configured(given) == {"spark.driver.memory": "2g", "spark.hadoop.fs.s3a.endpoint": "x"}
    assert spark.surroundings(given, {})["COLOUR"] == "green"
    assert capsys.readouterr().out == "the configuration of yarn-site means nothing to Spark on one machine\n"


def test_what_lacks_is_told_with_what_would_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "spark-submit"
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ClientError, match="has no Spark"):
        spark.spark_submit({})

    program.parent.mkdir()
    program.write_text("")
    program.chmod(0o755)
    with pytest.raises(ClientError, match="needs Java"):
        spark.spark_submit({"SPARK_HOME": str(tmp_path)})
    assert spark.spark_submit({"SPARK_HOME": str(tmp_path), "JAVA_HOME": "/java"}) == str(program)
    with pytest.raises(ClientError, match="not a list of classifications"):
        spark.configured([{"spark.driver.memory": "2g"}])
