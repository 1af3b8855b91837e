"""Every form of a report, as the tools that are named for it write it."""

# ruff: noqa: E501 - as tools write them

from collections.abc import Sequence

import pytest

from penstock.languages.reports import COVERAGE, TESTS, UnreadableReport

Row = tuple[str, str, str, float, str]  # prefix, name, status, seconds, message

JUNIT = """<testsuites><testsuite name="pytest" time="1">
  <testcase classname="tests.test_a" name="test_good" time="0.5"/>
  <testcase classname="tests.test_a" name="test_bad" time="1,000.25"><failure message="assert 1 == 2">trace</failure></testcase>
  <testcase name="test_broken"><error>no fixture</error></testcase>
  <testcase classname="tests.test_a" name="test_later"><skipped message="later"/></testcase>
</testsuite></testsuites>"""
TESTNG = """<testng-results><suite name="s"><test name="t"><class name="a.B">
  <test-method is-config="true" name="setUp" status="PASS" duration-ms="3"/>
  <test-method name="good" status="PASS" duration-ms="12"/>
  <test-method name="bad" status="FAIL" duration-ms="1"><exception class="E"><message> no </message></exception></test-method>
</class></test></suite></testng-results>"""
NUNIT = """<test-results><test-suite><results>
  <test-case name="A.B.Good" executed="True" result="Success" success="True" time="0.5"/>
  <test-case name="A.B.Bad" executed="True" result="Failure" success="False" time="1"><failure><message>no</message></failure></test-case>
  <test-case name="A.B.Later" executed="False" result="Ignored"><reason><message>later</message></reason></test-case>
</results></test-suite></test-results>"""
NUNIT3 = """<test-run><test-suite><test-case name="Good" classname="A.B" result="Passed" duration="0.5"/>
  <test-case name="Broken" classname="A.B" result="Failed" label="Error" duration="1"><failure><message>no</message></failure></test-case>
</test-suite></test-run>"""
TRX = """<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">
  <Results><UnitTestResult testId="1" testName="Good" outcome="Passed" duration="00:01:00.5000000"/>
  <UnitTestResult testId="1" testName="Bad" outcome="Failed"><Output><ErrorInfo><Message>no</Message></ErrorInfo></Output></UnitTestResult></Results>
  <TestDefinitions><UnitTest id="1"><TestMethod className="A.B, Assembly" name="Good"/></UnitTest></TestDefinitions>
</TestRun>"""
CUCUMBER = """[{"name": "Login", "elements": [
  {"type": "background", "name": "", "steps": []},
  {"type": "scenario", "name": "good", "steps": [{"result": {"status": "passed", "duration": 500000000}}]},
  {"type": "scenario", "name": "bad", "steps": [{"result": {"status": "failed", "error_message": "no"}}, {"result": {"status": "skipped"}}]}
]}]"""

CASES: dict[str, tuple[str, Sequence[Row]]] = {
    "JUNITXML": (
        JUNIT,
        [
            ("tests.test_a", "test_good", "SUCCEEDED", 0.5, ""),
            ("tests.test_a", "test_bad", "FAILED", 1000.25, "assert 1 == 2"),
            ("pytest", "test_broken", "ERROR", 0, "no fixture"),
            ("tests.test_a", "test_later", "SKIPPED", 0, "later"),
        ],
    ),
    "TESTNGXML": (TESTNG, [("a.B", "good", "SUCCEEDED", 0.012, ""), ("a.B", "bad", "FAILED", 0.001, "no")]),
    "NUNITXML": (
        NUNIT,
        [
            ("A.B", "Good", "SUCCEEDED", 0.5, ""),
            ("A.B", "Bad", "FAILED", 1, "no"),
            ("A.B", "Later", "SKIPPED", 0, "later"),
        ],
    ),
    "NUNIT3XML": (NUNIT3, [("A.B", "Good", "SUCCEEDED", 0.5, ""), ("A.B", "Broken", "ERROR", 1, "no")]),
    "VISUALSTUDIOTRX": (TRX, [("A.B", "Good", "SUCCEEDED", 60.5, ""), ("A.B", "Bad", "FAILED", 0, "no")]),
    "CUCUMBERJSON": (CUCUMBER, [("Login", "good", "SUCCEEDED", 0.5, ""), ("Login", "bad", "FAILED", 0, "no")]),
}


@pytest.mark.parametrize("form", CASES)
def test_the_cases_of_a_test_report(form: str) -> None:
    content, expected = CASES[form]

    cases = [*TESTS[form](content.encode())]

    assert [(each.prefix, each.name, each.status, each.nanoseconds / 1e9, each.message) for each in cases] == expected


COBERTURA = """<coverage><packages><package><classes>
  <class name="a" filename="a.py"><lines><line number="1" hits="1"/>
    <line number="2" hits="2" branch="true" condition-coverage="50% (1/2)"/><line number="3" hits="0"/></lines></class>
  <class name="a.Inner" filename="a.py"><lines><line number="3" hits="1"/></lines></class>
</classes></package></packages></coverage>"""
CLOVER = """<coverage><project><file name="a.js" path="/src/a.js">
  <line num="1" type="stmt" count="1"/><line num="2" type="method" count="0"/>
  <line num="3" type="cond" truecount="1" falsecount="0"/></file></project></coverage>"""
JACOCO = """<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="r"><group name="g"><package name="org/a">
  <sourcefile name="A.java"><counter type="LINE" missed="2" covered="3"/><counter type="BRANCH" missed="1" covered="0"/></sourcefile>
</package></group></report>"""
SIMPLECOV = """{"RSpec": {"coverage": {"/a.rb": {"lines": [1, null, 0], "branches": {"[:if]": {"[:then]": 2, "[:else]": 0}}}, "/b.rb": [1]}}}"""
MEASURED: dict[str, tuple[str, Sequence[tuple[str, int, int, int, int]]]] = {
    "COBERTURAXML": (COBERTURA, [("a.py", 3, 0, 1, 1)]),
    "CLOVERXML": (CLOVER, [("/src/a.js", 1, 1, 1, 1)]),
    "JACOCOXML": (JACOCO, [("org/a/A.java", 3, 2, 0, 1)]),
    "SIMPLECOV": (SIMPLECOV, [("/a.rb", 1, 1, 1, 1), ("/b.rb", 1, 0, 0, 0)]),
}


@pytest.mark.parametrize("form", MEASURED)
def test_the_counts_of_a_coverage_report(form: str) -> None:
    content, expected = MEASURED[form]

    found = [*COVERAGE[form](content.encode())]

    assert [
        (each.path, each.lines_covered, each.lines_missed, each.branches_covered, each.branches_missed)
        for each in found
    ] == expected


@pytest.mark.parametrize(
    ("form", "content", "said"),
    [
        ("JUNITXML", "<html/>", "it begins with <html>, and not with <testsuites> or <testsuite>"),
        ("JUNITXML", "no", "it is not XML: "),
        ("JUNITXML", '<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "it declares XML entities"),
        ("CUCUMBERJSON", "{}", "it is no list of features"),
        ("CUCUMBERJSON", "[1]", "it is not what Cucumber writes: "),
        ("SIMPLECOV", "[]", "it is not what SimpleCov writes: "),
    ],
)
def test_what_is_not_in_its_form_is_told(form: str, content: str, said: str) -> None:
    parse = TESTS.get(form) or COVERAGE[form]

    with pytest.raises(UnreadableReport) as refused:
        [*parse(content.encode())]

    assert str(refused.value).startswith(said)
