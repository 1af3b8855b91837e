"""Clarify, as its jobs run it."""
