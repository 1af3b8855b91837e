"""Measurements that anyone can run: `make bench`, or `python -m benchmarks steps s3 engine ready recovery`.

Each prints what it did and its numbers beside a floor taken in the same run (a bare process, a bare insert), because
machines are noisy and a number without its floor says nothing. `docs/benchmarks.md` keeps the results and the method.
"""
