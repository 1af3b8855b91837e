"""Residents on this machine: programs that stay, each in a room of its own; `inside` is what runs beside the server."""

from penstock.runtimes.residents.nursery import Language, Nursery
from penstock.runtimes.residents.preloading import Nurseries

__all__ = ["Language", "Nurseries", "Nursery"]
