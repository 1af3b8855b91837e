"""Test reports: every form as a list of cases."""

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from penstock.languages.reports.reading import Json, UnreadableReport, document, number, xml

Status = Literal["SUCCEEDED", "FAILED", "ERROR", "SKIPPED", "UNKNOWN"]
SECOND: Final = 1_000_000_000  # nanoseconds

NUNIT2: Final[Mapping[str, Status]] = {
    "Success": "SUCCEEDED", "Failure": "FAILED", "Error": "ERROR", "Ignored": "SKIPPED", "Skipped": "SKIPPED",
    "NotRunnable": "ERROR", "Invalid": "ERROR",
}  # fmt: skip
NUNIT3: Final[Mapping[str, Status]] = {
    "Passed": "SUCCEEDED", "Failed": "FAILED", "Skipped": "SKIPPED", "Warning": "SUCCEEDED",
}  # fmt: skip
TRX: Final[Mapping[str, Status]] = {
    "Passed": "SUCCEEDED", "Failed": "FAILED", "Error": "ERROR", "Timeout": "ERROR", "Aborted": "ERROR",
    "NotExecuted": "SKIPPED", "NotRunnable": "SKIPPED",
}  # fmt: skip
TESTNG: Final[Mapping[str, Status]] = {"PASS": "SUCCEEDED", "FAIL": "FAILED", "SKIP": "SKIPPED"}
STEPS: Final[Mapping[str, Status]] = {
    "failed": "FAILED", "ambiguous": "FAILED", "undefined": "ERROR", "pending": "SKIPPED", "skipped": "SKIPPED",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One test. `prefix` says what it is one of: a class, a feature."""

    name: str
    status: Status
    prefix: str = ""
    suite: str = ""
    nanoseconds: int = 0
    message: str = ""


def junit(content: bytes) -> Iterator[Case]:
    root = xml(content, "testsuites", "testsuite")
    for suite in root.iter("testsuite"):
        for case in suite.findall("testcase"):
            kind, told = _verdict(case)
            yield Case(
                name=case.get("name", ""),
                status=kind,
                prefix=case.get("classname", "") or suite.get("name", ""),
                suite=suite.get("name", ""),
                nanoseconds=round(number(case.get("time")) * SECOND),
                message=told,
            )


def _verdict(case: ET.Element) -> tuple[Status, str]:
    for tag, status in VERDICTS.items():
        found = case.find(tag)
        if found is not None:
            return status, found.get("message", "") or (found.text or "").strip()
    return "SUCCEEDED", ""


VERDICTS: Final[Mapping[str, Status]] = {"error": "ERROR", "failure": "FAILED", "skipped": "SKIPPED"}


def testng(content: bytes) -> Iterator[Case]:
    for suite in xml(content, "testng-results").iter("suite"):
        for each in suite.iter("class"):
            for method in each.findall("test-method"):
                if method.get("is-config") == "true":
                    continue
                yield Case(
                    name=method.get("name", ""),
                    status=TESTNG.get(method.get("status", ""), "UNKNOWN"),
                    prefix=each.get("name", ""),
                    suite=suite.get("name", ""),
                    nanoseconds=round(number(method.get("duration-ms")) * 1_000_000),
                    message=(method.findtext("exception/message") or "").strip(),
                )


def nunit2(content: bytes) -> Iterator[Case]:
    for case in xml(content, "test-results").iter("test-case"):
        prefix, _, name = case.get("name", "").rpartition(".")
        outcome = case.get("result") or ("Success" if case.get("success") == "True" else "Failure")
        skipped = case.get("executed") == "False" and outcome not in NUNIT2
        yield Case(
            name=name,
            status="SKIPPED" if skipped else NUNIT2.get(outcome, "UNKNOWN"),
            prefix=prefix,
            nanoseconds=round(number(case.get("time")) * SECOND),
            message=(case.findtext("failure/message") or case.findtext("reason/message") or "").strip(),
        )


def nunit3(content: bytes) -> Iterator[Case]:
    for case in xml(content, "test-run").iter("test-case"):
        is_error = case.get("result") == "Failed" and case.get("label") == "Error"
        yield Case(
            name=case.get("name", ""),
            status="ERROR" if is_error else NUNIT3.get(case.get("result", ""), "UNKNOWN"),
            prefix=case.get("classname", ""),
            nanoseconds=round(number(case.get("duration")) * SECOND),
            message=(case.findtext("failure/message") or case.findtext("reason/message") or "").strip(),
        )


def trx(content: bytes) -> Iterator[Case]:
    root = xml(content, "TestRun")
    classes = {
        test.get("id", ""): method.get("className", "").partition(",")[0]
        for test in root.iter("UnitTest")
        for method in test.iter("TestMethod")
    }
    for result in root.iter("UnitTestResult"):
        yield Case(
            name=result.get("testName", ""),
            status=TRX.get(result.get("outcome", ""), "UNKNOWN"),
            prefix=classes.get(result.get("testId", ""), ""),
            nanoseconds=_clock(result.get("duration", "")),
            message=(result.findtext("Output/ErrorInfo/Message") or "").strip(),
        )


def _clock(text: str) -> int:
    """`hh:mm:ss.fffffff` in nanoseconds."""
    seconds = 0.0
    for part in text.split(":"):
        seconds = seconds * 60 + number(part)
    return round(seconds * SECOND)


def cucumber(content: bytes) -> Iterator[Case]:
    features = document(content)
    if not isinstance(features, list):
        raise UnreadableReport("it is no list of features")
    try:
        for feature in features:
            for scenario in feature.get("elements", ()):
                if scenario.get("type") != "background":
                    yield _scenario(feature, scenario)
    except (AttributeError, TypeError, KeyError) as problem:
        raise UnreadableReport(f"it is not what Cucumber writes: {problem}") from None


def _scenario(feature: Json, scenario: Json) -> Case:
    parts = [*scenario.get("before", ()), *scenario.get("steps", ()), *scenario.get("after", ())]
    results = [part.get("result", {}) for part in parts]
    bad: Json = next((each for each in results if each.get("status") in STEPS), {})
    return Case(
        name=scenario.get("name", ""),
        status=STEPS.get(bad.get("status", ""), "SUCCEEDED"),
        prefix=feature.get("name", ""),
        suite=feature.get("name", ""),
        nanoseconds=sum(int(each.get("duration", 0)) for each in results),
        message=bad.get("error_message", ""),
    )


TESTS: Final[Mapping[str, Callable[[bytes], Iterator[Case]]]] = {
    "JUNITXML": junit, "TESTNGXML": testng, "NUNITXML": nunit2, "NUNIT3XML": nunit3, "VISUALSTUDIOTRX": trx,
    "CUCUMBERJSON": cucumber,
}  # fmt: skip
