"""Data quality: what is measured of a table, what that suggests, and what of another table goes against it."""

import json
from pathlib import Path

import numpy as np
import pytest

from images.monitor.analysis import CAPTURED, Analysis, Json, column
from penstock_image.monitor import categories

PEOPLE = "age,height,name,known\n" + "".join(f"{20 + n % 50},{1.5 + n / 1000},p{n % 4},\n" for n in range(200))


def test_statistics_of_numbers_are_aws(analysis: Analysis) -> None:
    """The first column of AWS's own example: 24 ones, 21 twos and 55 threes."""
    reports = analysis.table("one", column("_c0", ["1.0"] * 24 + ["2.0"] * 21 + ["3.0"] * 55))

    (feature,) = reports.statistics["features"]
    told = feature["numerical_statistics"]
    kll = told["distribution"]["kll"]
    assert reports.message == "Completed: Job completed successfully with no violations."
    assert reports.statistics["version"] == 0.0
    assert reports.statistics["dataset"] == {"item_count": 100}
    assert feature["inferred_type"] == "Fractional"
    assert told["common"] == {"num_present": 100, "num_missing": 0}
    assert (told["sum"], told["min"], told["max"]) == (231.0, 1.0, 3.0)
    assert told["mean"] == pytest.approx(2.31)
    assert told["std_dev"] == pytest.approx(0.8330066026148891)
    assert [bucket["count"] for bucket in kll["buckets"]] == [24, 0, 0, 0, 0, 21, 0, 0, 0, 55]
    assert kll["sketch"]["parameters"] == {"c": 0.64, "k": 2048.0}
    assert sorted(kll["sketch"]["data"][0]) == [1.0] * 24 + [2.0] * 21 + [3.0] * 55


def test_statistics_and_constraints_of_every_kind_of_column(analysis: Analysis) -> None:
    reports = analysis.table("people", PEOPLE)

    assert {each["name"]: each["inferred_type"] for each in reports.statistics["features"]} == {
        "age": "Integral", "height": "Fractional", "name": "String", "known": "Unknown",
    }  # fmt: skip
    assert reports.feature("name")["string_statistics"] == {
        "common": {"num_present": 200, "num_missing": 0},
        "distinct_count": 4.0,
        "distribution": {"categorical": {"buckets": [{"value": f"p{n}", "count": 50} for n in range(4)]}},
    }
    assert reports.feature("known")["string_statistics"]["common"] == {"num_present": 0, "num_missing": 200}
    age, height, name, known = reports.constraints["features"]
    assert age == {
        "name": "age", "inferred_type": "Integral", "completeness": 1.0, "num_constraints": {"is_non_negative": True},
    }  # fmt: skip
    assert height["inferred_type"] == "Fractional"
    assert name["string_constraints"] == {"domains": ["p0", "p1", "p2", "p3"]}
    assert known == {"name": "known", "inferred_type": "Unknown", "completeness": 0.0}
    assert reports.constraints["monitoring_config"] == {
        "evaluate_constraints": "Enabled",
        "emit_metrics": "Enabled",
        "datatype_check_threshold": 1.0,
        "domain_content_threshold": 1.0,
        "distribution_constraints": {
            "perform_comparison": "Enabled",
            "comparison_threshold": 0.1,
            "comparison_method": "Robust",
            "categorical_comparison_threshold": 0.1,
            "categorical_drift_method": "LInfinity",
        },
    }


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "-2", "+3"], "Integral"),
        (["1", "2.0"], "Fractional"),
        (["1e3", ".5"], "Fractional"),
        (["1", "two"], "String"),
        (["true", "false"], "String"),
        (["2026-11-26", "2026-11-27"], "String"),
        (["1", "NaN"], "Fractional"),
    ],
)
def test_a_columns_type_is_what_its_text_says(analysis: Analysis, values: list[str], kind: str) -> None:
    reports = analysis.table("typed", column("x", values))

    assert reports.feature("x")["inferred_type"] == kind


def test_what_is_no_finite_number_is_missing(analysis: Analysis) -> None:
    reports = analysis.table("holes", "x,y\n1.5,a\nNaN,\n,c\n2.5,d\n")

    assert reports.feature("x")["numerical_statistics"]["common"] == {"num_present": 2, "num_missing": 2}
    assert reports.feature("y")["string_statistics"]["common"] == {"num_present": 3, "num_missing": 1}
    assert reports.constraints["features"][0]["completeness"] == 0.5


def test_a_column_that_turns_out_otherwise_late_is_read_as_text(analysis: Analysis) -> None:
    """DuckDB promises types by the first 20,480 rows."""
    reports = analysis.table("late", "x,y\n" + "1,1\n" * 30_000 + "1.5,word\n")

    assert reports.feature("x")["inferred_type"] == "Fractional"
    assert reports.feature("y")["inferred_type"] == "String"
    assert reports.feature("x")["numerical_statistics"]["sum"] == 30_001.5


def test_a_column_of_many_values_has_no_distribution_and_a_type_all_the_same(analysis: Analysis) -> None:
    rows = "".join(f'{{"id": "id-{n}", "digits": "{n}", "tenths": "{n}.5"}}\n' for n in range(3000))
    data = analysis.file("many/part.jsonl", rows).parent

    reports = analysis.run("run", data, {"json": {"lines": True}})

    told = reports.feature("id")["string_statistics"]
    assert told["distinct_count"] == pytest.approx(3000, rel=0.1)
    assert "distribution" not in told
    assert reports.feature("digits")["inferred_type"] == "Integral"
    assert reports.feature("tenths")["numerical_statistics"]["max"] == 2999.5


@pytest.mark.parametrize("first", [0, 3, 8])
def test_words_that_the_first_rows_do_not_have_are_counted_all_the_same(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    words = ["other", "it's", "other.", "", "other", "late", "late", "7", "", "late"]
    text = "kind,number\n" + "".join(f"{word},{n}\n" for n, word in enumerate(words))
    whole = analysis.table("whole", text)
    monkeypatch.setattr(categories, "FIRST", first)

    found = analysis.table("first", text)

    assert found.statistics == whole.statistics
    assert found.feature("number")["numerical_statistics"]["sum"] == 45
    kind = found.feature("kind")["string_statistics"]
    assert kind["common"] == {"num_present": 8, "num_missing": 2}
    assert [tuple(each.values()) for each in kind["distribution"]["categorical"]["buckets"]] == [
        ("late", 3), ("other", 2), ("7", 1), ("it's", 1), ("other.", 1)
    ]  # fmt: skip


def test_the_same_data_gives_the_same_bytes(analysis: Analysis) -> None:
    chance = np.random.default_rng(6)
    text = column("x", chance.normal(size=200_000))

    one, other = analysis.table("one", text), analysis.table("other", text)

    for name in ("statistics.json", "constraints.json"):
        assert (one.folder / name).read_bytes() == (other.folder / name).read_bytes()


def test_the_formats_say_the_same(analysis: Analysis) -> None:
    import duckdb

    rows = [{"a": n, "b": n / 8, "c": "xyz"[n % 3]} for n in range(50)]
    csv = analysis.table("csv", "a,b,c\n" + "".join(f"{row['a']},{row['b']},{row['c']}\n" for row in rows))
    lines = analysis.file("lines/part.jsonl", "\n".join(map(json.dumps, rows))).parent
    whole = analysis.file("whole/part.json", json.dumps(rows)).parent
    (analysis.root / "parquet").mkdir()
    duckdb.sql(f"COPY (FROM read_csv('{csv.folder}-data/part.csv')) TO '{analysis.root}/parquet/part.parquet'")

    told = [
        analysis.run("as-lines", lines, {"json": {"lines": True}}),
        analysis.run("as-whole", whole, {"Json": {"Line": False}}),
        analysis.run("as-parquet", analysis.root / "parquet", {"Parquet": {}}),
    ]

    assert [each.statistics for each in told] == [csv.statistics] * 3


@pytest.mark.parametrize("excluded", ["b", "1", "b, 7"])
def test_excluded_columns_are_not_looked_at_nor_missed(analysis: Analysis, excluded: str) -> None:
    baseline = analysis.table("baseline", "a,b,c\n1,2,3\n")

    reports = analysis.table("other", "a,b,c\n1,word,3\n", exclude_features_attribute=excluded, **baseline.as_baseline)

    assert [each["name"] for each in reports.statistics["features"]] == ["a", "c"]
    assert reports.violations == []


def test_columns_without_a_header_are_numbered(analysis: Analysis) -> None:
    data = analysis.file("bare/part.csv", "1,a\n2,b\n").parent

    reports = analysis.run("bare-run", data, {"csv": {"header": False, "output_columns_position": "START"}})

    assert [each["name"] for each in reports.statistics["features"]] == ["_c0", "_c1"]


# ---------------------------------------------------------------------------------------------------- violations


def test_like_data_violates_nothing(analysis: Analysis) -> None:
    baseline = analysis.table("baseline", PEOPLE)

    reports = analysis.against(baseline, "again", PEOPLE)

    assert (reports.code, reports.violations) == (0, [])
    assert reports.message == "Completed: Job completed successfully with no violations."


def test_each_check_finds_what_it_is_for(analysis: Analysis) -> None:
    chance = np.random.default_rng(7)
    wanted = "n,f,s,m\n" + "".join(f"{n % 9},{chance.normal():.6f},{'ab'[n % 2]},1\n" for n in range(1000))
    given = "n,f,s,m\n" + "".join(
        f"{n % 9}{'.5' if n % 4 == 0 else ''},{chance.normal(2):.6f},{'abz'[n % 3]},{1 if n % 2 else ''}\n"
        for n in range(1000)
    )
    baseline = analysis.table("baseline", wanted)

    reports = analysis.against(baseline, "drifted", given)

    assert reports.message == "CompletedWithViolations: Job completed successfully with 5 violations."
    assert reports.code == 0
    assert reports.checks == [
        ("n", "data_type_check"), ("f", "baseline_drift_check"), ("s", "categorical_values_check"),
        ("s", "baseline_drift_check"), ("m", "completeness_check"),
    ]  # fmt: skip
    types, drift, values, _, holes = (each["description"] for each in reports.violations)
    assert types == (
        "Data type match requirement is not met. Expected data type: Integral, Expected match: 100.0%. "
        "Observed: Only 75.0% of data is Integral."
    )
    assert drift.startswith("Baseline drift distance: 0.")
    assert drift.endswith(" exceeds threshold: 0.1")
    assert values == "Value: 0.667 does not meet the constraint requirement! "
    assert holes == "Value: 0.5 does not meet the constraint requirement! "


@pytest.mark.parametrize(
    ("text", "check", "columns"),
    [("a\n1\n", "missing_column_check", (1, 2)), ("a,b,c\n1,2,3\n", "extra_column_check", (3, 2))],
)
def test_missing_and_extra_columns_are_counted(
    analysis: Analysis, text: str, check: str, columns: tuple[int, int]
) -> None:
    baseline = analysis.table("baseline", "a,b\n1,2\n")

    reports = analysis.against(baseline, "other", text)

    (violation,) = reports.violations
    assert violation["constraint_check_type"] == check
    assert violation["feature_name"] == f"{check.partition('_')[0].capitalize()} columns"
    assert violation["description"].endswith(
        f"Number of columns in current dataset: {columns[0]}, Number of columns in baseline constraints: {columns[1]}"
    )


def test_whole_numbers_are_fractional_numbers_too(analysis: Analysis) -> None:
    baseline = analysis.table("baseline", column("x", ["1.5", "2.5"]))

    assert analysis.against(baseline, "whole", column("x", ["1", "2"])).violations == []


@pytest.mark.parametrize(
    ("change", "checks"),
    [
        ({}, [("x", "data_type_check"), ("x", "completeness_check")]),
        ({"datatype_check_threshold": 0.4}, [("x", "completeness_check")]),
        ({"evaluate_constraints": "Disabled"}, []),
    ],
)
def test_thresholds_and_switches_hold_for_all_or_for_a_feature(
    analysis: Analysis, change: Json, checks: list[tuple[str, str]]
) -> None:
    baseline = analysis.table("baseline", column("x", [1, 2, 3, 4]))
    whole, feature = baseline.constraints, baseline.constraints
    whole["monitoring_config"] |= change
    feature["features"][0]["monitoring_config_overrides"] = change
    given = "x,y\n1,0\n2.5,0\n,0\n"

    for name, constraints in {"whole": whole, "feature": feature}.items():
        constraints["features"].append({"name": "y", "inferred_type": "Integral", "completeness": 1.0})
        path = analysis.file(f"{name}.json", json.dumps(constraints))
        assert analysis.table(f"of-{name}", given, baseline_constraints=path).checks == checks


@pytest.mark.parametrize(
    ("change", "drifts"),
    [
        ({}, False), ({"comparison_method": "Simple"}, True),
        ({"comparison_method": "Simple", "comparison_threshold": 0.9}, False),
        ({"comparison_method": "Simple", "perform_comparison": "Disabled"}, False),
    ],
)  # fmt: skip
def test_a_few_records_drift_by_the_simple_distance_alone(analysis: Analysis, change: Json, drifts: bool) -> None:
    chance = np.random.default_rng(8)
    baseline = analysis.table("baseline", column("x", chance.normal(size=2000)))
    constraints = baseline.constraints
    constraints["monitoring_config"]["distribution_constraints"] |= change
    path = analysis.file("changed.json", json.dumps(constraints))

    reports = analysis.table(
        "few", column("x", chance.normal(size=30)),
        baseline_constraints=path, baseline_statistics=baseline.folder / "statistics.json",
    )  # fmt: skip

    assert (reports.checks == [("x", "baseline_drift_check")]) is drifts


def test_the_chi_squared_test_is_what_a_job_may_ask_for(analysis: Analysis) -> None:
    baseline = analysis.table("baseline", column("x", ["a", "b"] * 500), categorical_drift_method="ChiSquared")

    reports = analysis.against(baseline, "other", column("x", ["a"] * 560 + ["b"] * 440))

    (violation,) = reports.violations
    assert violation["description"].startswith("Chi-squared test: the probability 0.0")


def test_without_statistics_no_distribution_is_compared(analysis: Analysis) -> None:
    baseline = analysis.table("baseline", column("x", range(1000)))

    far = column("x", range(5000, 6000))
    reports = analysis.table("far", far, baseline_constraints=baseline.folder / "constraints.json")

    assert reports.violations == []


# ------------------------------------------------------------------------------------------------- captured data


def captured(number: int, given: str, answer: str, encoding: str = "CSV", **metadata: str) -> str:
    def side(mode: str, data: str) -> Json:
        return {"observedContentType": "text/csv", "mode": mode, "data": data, "encoding": encoding}

    data = {"endpointInput": side("INPUT", given), "endpointOutput": side("OUTPUT", answer)}
    told = {"eventId": f"event-{number}", "inferenceTime": f"2026-11-26T{number % 24:02}:30:00Z", **metadata}
    return json.dumps({"captureData": data, "eventMetadata": told, "eventVersion": "0"}) + "\n"


def hours(analysis: Analysis, *lines: str) -> Path:
    """A file of captured lines for each, by AWS's paths."""
    for number, line in enumerate(lines):
        analysis.file(f"captured/ep/AllTraffic/2026/11/26/{number:02}/x.jsonl", line)
    return analysis.root / "captured"


def test_captured_csv_is_the_answers_columns_and_then_the_questions(analysis: Analysis) -> None:
    data = hours(analysis, captured(0, "1,2\n3,4\n", "0.5\n0.75\n"), captured(1, "5,6", "0.25"))

    reports = analysis.run("run", data, CAPTURED)

    assert [each["name"] for each in reports.statistics["features"]] == ["_c0", "_c1", "_c2"]
    assert reports.statistics["dataset"] == {"item_count": 3}
    assert reports.feature("_c0")["numerical_statistics"]["sum"] == 1.5
    assert reports.feature("_c2")["numerical_statistics"]["sum"] == 12.0


def test_captured_columns_have_the_names_of_the_baselines(analysis: Analysis) -> None:
    baseline = analysis.table("baseline", "score,age\n0.5,1\n0.6,2\n")
    data = hours(analysis, captured(0, "x", "0.5"))

    reports = analysis.run("run", data, CAPTURED, **baseline.as_baseline)

    assert reports.checks == [("age", "data_type_check")]


def test_captured_json_is_flat_objects(analysis: Analysis) -> None:
    data = hours(analysis, captured(0, '{"age": 3, "name": "x"}', '{"score": 0.5}', "JSON"))

    reports = analysis.run("run", data, {"sagemakerCaptureJson": {"captureIndexNames": ["endpointInput"]}})

    assert [each["name"] for each in reports.statistics["features"]] == ["age", "name"]


def test_records_outside_of_the_time_are_left_out(analysis: Analysis) -> None:
    data = hours(analysis, *(captured(hour, str(hour), "0.5") for hour in range(6)))

    reports = analysis.run(
        "run", data, CAPTURED, start_time="2026-11-26T02:00:00Z", end_time="2026-11-26T04: 00: 00Z"
    )  # AWS's documentation has such blanks

    assert reports.feature("_c1")["numerical_statistics"]["sum"] == 2 + 3


def test_a_customers_scripts_make_records_and_have_the_last_word(
    analysis: Analysis, capsys: pytest.CaptureFixture[str]
) -> None:
    before = analysis.file(
        "before.py",
        "def preprocess_handler(record, logger):\n"
        "    if record.event_metadata.event_id == 'event-1':\n"
        "        return []\n"
        "    data = record.endpoint_output.data + ',' + record.endpoint_input.data\n"
        "    return {str(i).zfill(3): value for i, value in enumerate(data.split(','))}\n",
    )
    after = analysis.file("after.py", "def postprocess_handler():\n    print('and so to bed')\n")
    data = hours(analysis, captured(0, "1,2", "0.5"), captured(1, "bad", "bad"), captured(2, "3,4", "0.5"))

    reports = analysis.run(
        "run", data, CAPTURED, record_preprocessor_script=before, post_analytics_processor_script=after
    )

    assert {each["name"]: each["inferred_type"] for each in reports.statistics["features"]} == {
        "000": "Fractional", "001": "Integral", "002": "Integral",
    }  # fmt: skip
    assert reports.statistics["dataset"] == {"item_count": 2}
    assert "and so to bed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            captured(0, "AAAA", "AAAA", "BASE64"),
            "is encoded as BASE64, which cannot be analysed: name its",
        ),
        (captured(0, "[1, 2]", "[3]", "JSON"), "make records of it with a record_preprocessor_script"),
        (captured(0, "1\n2", "0.5"), "event event-0 has 1 and 2 records on its two sides"),
        ("{\n", "line 1 of x.jsonl is not JSON"),
        ("0.5\n", "line 1 of x.jsonl is no captured record: 0.5"),
    ],
)
def test_captured_data_that_cannot_be_analysed_says_why(analysis: Analysis, line: str, sentence: str) -> None:
    reports = analysis.run("run", hours(analysis, line), CAPTURED)

    assert reports.code == 1
    assert reports.message.startswith("Error: ")
    assert sentence in reports.message


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"dataset_format": '{"excel": {}}'}, "dataset_format must be"),
        ({"dataset_format": "csv"}, "dataset_format is not JSON"),
        ({"dataset_source": "/nowhere/at/all"}, "there is no data under /nowhere/at/all"),
        ({"analysis_type": "BIAS"}, "analysis_type must be one of DATA_QUALITY, MODEL_QUALITY, MERGE, not 'BIAS'"),
        ({"categorical_drift_method": "Best"}, "categorical_drift_method must be one of LInfinity, ChiSquared"),
        ({"baseline_constraints": "/nowhere.json"}, "the baseline file /nowhere.json cannot be read"),
        ({"features_attribute": "a"}, "features_attribute is not supported"),
        ({"record_preprocessor_script": "/x.py"}, "reads captured data (sagemakerCaptureJson) only"),
    ],
)
def test_what_cannot_be_meant_is_refused(analysis: Analysis, variables: dict[str, str], sentence: str) -> None:
    reports = analysis.table("refused", "x\n1\n", **variables)

    assert reports.code == 1
    assert sentence in reports.message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a,b\n1,2\n1,2,3\n1\n", "the data is not CSV: part.csv is not UTF-8 text of lines with equally many fields"),
        (b"title\na,b\n1,2\n3,4\n", "the data is not CSV: part.csv is not UTF-8 text"),  # no line is left out
        (b"a,b\n1,2\n#3\n4,5\n", "the data is not CSV: part.csv is not UTF-8 text"),  # there are no comments
        ("a,b\né,1\n".encode("latin-1"), "line 2 of part.csv: Invalid unicode"),
        (b"a,b\n" + b"1,2\n" * 30_000 + b"1,2,3\n", "line 30002 of part.csv: Expected Number of Columns: 2 Found: 3"),
        (b"a,b\n" + b"1,2\n" * 30_000 + b'1,"2\n', "line 30002 of part.csv: Value with unterminated quote found."),
    ],
)
def test_what_is_no_csv_is_told_with_its_place_and_without_advice(
    analysis: Analysis, content: bytes, sentence: str
) -> None:
    data = analysis.file("odd/part.csv", "")
    data.write_bytes(content)

    reports = analysis.run("run", data.parent, {"csv": {"header": True}})

    assert reports.code == 1
    assert sentence in reports.message
    assert "strict_mode" not in reports.message


def test_fields_of_json_are_told_as_they_are_written(analysis: Analysis) -> None:
    """Null alone, text beside numbers, and moments: none is what DuckDB would make of it."""
    lines = (
        {"none": None, "mixed": 1, "at": "2026-01-01"},
        {"none": None, "mixed": "é", "at": "2026-01-01T00:00:00+02:00"},
    )
    data = analysis.file("odd/part.jsonl", "".join(json.dumps(each) + "\n" for each in lines)).parent

    reports = analysis.run("run", data, {"json": {"lines": True}})

    assert {each["name"]: each["inferred_type"] for each in reports.statistics["features"]} == {
        "none": "Unknown", "mixed": "String", "at": "String",
    }  # fmt: skip
    for name, values in (("mixed", {"1", "é"}), ("at", {"2026-01-01", "2026-01-01T00:00:00+02:00"})):
        buckets = reports.feature(name)["string_statistics"]["distribution"]["categorical"]["buckets"]
        assert {each["value"] for each in buckets} == values


def test_nested_records_are_refused_by_the_name_of_the_field(analysis: Analysis) -> None:
    data = analysis.file("nested/part.jsonl", '{"a": {"b": 1}}\n').parent

    reports = analysis.run("run", data, {"json": {"lines": True}})

    assert "the field 'a' holds STRUCT" in reports.message
