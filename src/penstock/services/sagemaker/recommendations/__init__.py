"""Inference recommendations: an endpoint of a model for each instance type, asked by more and more users.

    api ──► flow ──test by test──► benchmarking: endpoint, load (`load`), endpoint gone ──► flow ──► document

`requests` says what is tested; nothing is kept of a test but what it has measured.
"""
