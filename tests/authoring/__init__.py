"""Pipelines written in Python: what is drawn, refused, emitted and shipped; and the runner of their jobs."""
