"""AWS's samples import this module of its toolkit, and use nothing of it; whoever does is told that it is not here."""

from penstock_image.offered import nothing_more

__getattr__ = nothing_more(__name__)
