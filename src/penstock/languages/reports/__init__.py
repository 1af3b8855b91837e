"""Reports: what test runners and coverage tools write, as cases and as counts of lines. Pure.

tests      JUnit, TestNG, NUnit 2 and 3, Visual Studio's TRX, Cucumber's JSON
coverage   Clover, Cobertura, JaCoCo, SimpleCov
"""

from penstock.languages.reports.coverage import COVERAGE, Coverage
from penstock.languages.reports.reading import UnreadableReport
from penstock.languages.reports.tests import TESTS, Case

__all__ = ["COVERAGE", "TESTS", "Case", "Coverage", "UnreadableReport"]
