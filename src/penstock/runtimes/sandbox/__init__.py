"""The sandbox runtime: `sandbox` is the contract, `inside` what runs beside the server."""

from penstock.runtimes.sandbox.images import SYSTEM_PATH, Furnish, Image, Resolve, UnknownImage
from penstock.runtimes.sandbox.sandbox import Sandbox, clear_away
from penstock.runtimes.sandbox.zygotes import check

__all__ = ["SYSTEM_PATH", "Furnish", "Image", "Resolve", "Sandbox", "UnknownImage", "check", "clear_away"]
