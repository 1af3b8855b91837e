"""Regular expressions, as JavaScript writes and means them, in bounded time.

`syntax` reads one, `translate` writes it for Python's `re` where that is safe, `machine` runs it step by step where it
is not, and `pattern` chooses.
"""
