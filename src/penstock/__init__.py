"""Penstock: a self-hosted MLOps platform that speaks the AWS APIs. The map of the house is docs/architecture.md."""

__version__ = "0.1.0"
