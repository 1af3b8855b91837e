"""Stand-in for AWS's toolkit of that name: see `penstock_image.offered`."""

from penstock_image.offered import content_types, nothing_more
from penstock_image.offered import encoders as decoder
from penstock_image.offered import encoders as encoder

__all__ = ["content_types", "decoder", "encoder"]
__getattr__ = nothing_more(__name__)
