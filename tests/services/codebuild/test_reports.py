"""Reports: what a build's tests have left, by group, with their cases and their counts."""

from textwrap import dedent

import pytest

from penstock.wire.call import ServiceError
from services.codebuild.worlds import Json, World, project

SUITE = (
    '<testsuite name="s"><testcase classname="c" name="good" time="1.5"/>'
    '<testcase classname="c" name="bad"><failure message="no"/></testcase></testsuite>'
)
COVERAGE = (
    '<coverage><class filename="a.py"><lines><line number="1" hits="1"/><line number="2" hits="0"/></lines></class>'
    '<class filename="b.py"><lines><line number="1" hits="1"/></lines></class></coverage>'
)
SPEC = dedent(f"""\
    version: 0.2
    phases:
      build:
        commands:
          - mkdir out
          - |
            cat >out/unit.xml <<'END'
            {SUITE}
            END
          - |
            cat >coverage.xml <<'END'
            {COVERAGE}
            END
          - echo words >broken.xml
    reports:
      unit: {{files: ['**/*.xml'], base-directory: out}}
      cover: {{files: coverage.xml, file-format: COBERTURAXML}}
      broken: {{files: broken.xml}}
      none: {{files: nothing.xml}}
    """)


def arn(kind: str, name: str) -> str:
    return f"arn:aws:codebuild:us-east-1:123456789012:{kind}/{name}"


async def test_the_reports_of_a_build(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=SPEC))
        build = await client.run()
        of_unit, of_cover, of_broken = build["reportArns"]
        unit, cover, broken = (await client("BatchGetReports", reportArns=build["reportArns"]))["reports"]
        cases = (await client("DescribeTestCases", reportArn=of_unit, filter={"status": "FAILED"}))["testCases"]
        first = await client("DescribeCodeCoverages", reportArn=of_cover, maxResults=1)
        second = await client("DescribeCodeCoverages", reportArn=of_cover, maxResults=1, nextToken=first["nextToken"])
        with pytest.raises(ServiceError) as missing:
            await client("DescribeCodeCoverages", reportArn=f"{of_cover}0")
        groups = await client("ListReportGroups")
        failed = await client("ListReports", filter={"status": "FAILED"})

    number = build["id"].removeprefix("app:")
    assert (build["buildStatus"], missing.value.code) == ("SUCCEEDED", "InvalidInputException")
    assert (of_unit, of_broken) == (arn("report", f"app-unit:{number}"), arn("report", f"app-broken:{number}"))
    assert (unit["type"], unit["status"], unit["executionId"]) == ("TEST", "FAILED", build["arn"])
    assert unit["testSummary"] == {
        "total": 2,
        "statusCounts": {"SUCCEEDED": 1, "FAILED": 1, "ERROR": 0, "SKIPPED": 0, "UNKNOWN": 0},
        "durationInNanoSeconds": 1_500_000_000,
    }
    assert (broken["status"], broken["testSummary"]["total"]) == ("INCOMPLETE", 0)
    assert cover["status"] == "SUCCEEDED"
    assert cover["codeCoverageSummary"] == {
        "lineCoveragePercentage": 66.67, "linesCovered": 2, "linesMissed": 1,
        "branchCoveragePercentage": 0.0, "branchesCovered": 0, "branchesMissed": 0,
    }  # fmt: skip
    assert [(case["prefix"], case["name"], case["message"], case["testRawDataPath"]) for case in cases] == [
        ("c", "bad", "no", "unit.xml")
    ]
    assert [each["filePath"] for page in (first, second) for each in page["codeCoverages"]] == ["a.py", "b.py"]
    assert groups == {"reportGroups": [arn("report-group", f"app-{name}") for name in ("broken", "cover", "unit")]}
    assert failed == {"reports": [of_unit]}


async def test_a_report_goes_to_the_group_that_its_arn_names(world: World) -> None:
    async with world.open() as client:
        made = (
            await client("CreateReportGroup", name="mine", type="TEST", exportConfig={"exportConfigType": "NO_EXPORT"})
        )["reportGroup"]
        await client("CreateProject", **project(spec=SPEC.replace("unit:", f"'{made['arn']}':", 1)))
        build = await client.run()
        listed = await client("ListReportsForReportGroup", reportGroupArn=made["arn"])
        with pytest.raises(ServiceError) as refused:
            await client("DeleteReportGroup", arn=made["arn"])
        await client("DeleteReportGroup", arn=made["arn"], deleteReports=True)
        left = await client("BatchGetReports", reportArns=listed["reports"])

    assert listed["reports"] == build["reportArns"][:1]
    assert "has reports" in refused.value.message
    assert left == {"reports": [], "reportsNotFound": listed["reports"]}


async def test_the_trend_of_a_group_is_of_its_newest_reports(world: World) -> None:
    async with world.open() as client:
        await client("CreateProject", **project(spec=SPEC))
        await client.run()
        await client.run(buildspecOverride=SPEC.replace('<failure message="no"/>', ""))
        unit, cover = arn("report-group", "app-unit"), arn("report-group", "app-cover")
        passed = await client("GetReportGroupTrend", reportGroupArn=unit, trendField="PASS_RATE")
        lines = await client("GetReportGroupTrend", reportGroupArn=cover, trendField="LINE_COVERAGE", numOfReports=1)
        with pytest.raises(ServiceError, match="LINE_COVERAGE is nothing of a group of type TEST"):
            await client("GetReportGroupTrend", reportGroupArn=unit, trendField="LINE_COVERAGE")

    assert passed["stats"] == {"average": "75", "max": "100", "min": "50"}
    assert [each["data"] for each in passed["rawData"]] == ["100", "50"]
    assert [each["data"] for each in lines["rawData"]] == ["66.67"]


EXPORT: Json = {"exportConfigType": "S3", "s3Destination": {"bucket": "b"}}


async def test_what_is_refused_of_groups(world: World) -> None:
    async with world.open() as client:
        with pytest.raises(ServiceError, match="does not export reports"):
            await client("CreateReportGroup", name="mine", type="TEST", exportConfig=EXPORT)
        with pytest.raises(ServiceError, match="Report group cannot be found"):
            await client("ListReportsForReportGroup", reportGroupArn=arn("report-group", "none"))
