"""Event patterns, as EventBridge has them: text → closures, and many of them at once. Pure.

    {"source": ["aws.s3"], "detail": {"object": {"size": [{"numeric": [">", 1000]}], "key": [{"prefix": "in/"}]}}}

An object of a pattern wants every member to fit, a list wants one of its values, `$or` one of its objects. A value is
itself, or an object with one matcher. An event's list fits if one of its items does.

reading.py    a pattern read, with EventBridge's sentences for what is wrong with it
matchers.py   the matchers                 wildcards.py   texts with stars
index.py      which of many patterns an event fits
"""

from penstock.languages.patterns.index import Index
from penstock.languages.patterns.matchers import WrongPattern
from penstock.languages.patterns.reading import Pattern, parse

__all__ = ["Index", "Pattern", "WrongPattern", "parse"]
