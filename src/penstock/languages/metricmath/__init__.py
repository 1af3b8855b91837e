"""CloudWatch's metric math, as much of it as alarms and scaling policies are written in. Pure.

    (errors / requests) * 100        IF(m1 > 10 AND FILL(m2, 0) == 0, m1, 0)        SUM([m1, m2])        MAX(METRICS())

tree.py  text → tree      values.py  tree and series → series      queries.py  a list of queries that name one another
statistics.py  many values → statistics

A series has a value, or none, for each of the same periods. What the language has and this page does not is refused by
its name: see `values.FUNCTIONS` for what there is.
"""

from penstock.languages.metricmath.queries import Formulas, Queries, Stat, watched
from penstock.languages.metricmath.statistics import Summary, statistic
from penstock.languages.metricmath.tree import WrongExpression
from penstock.languages.metricmath.values import Series

__all__ = ["Formulas", "Queries", "Series", "Stat", "Summary", "WrongExpression", "statistic", "watched"]
