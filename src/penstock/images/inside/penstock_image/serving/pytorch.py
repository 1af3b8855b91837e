"""PyTorch's defaults: what stands in for the functions that the customer's script does not have, as in AWS's images."""

from pathlib import Path

import torch

from penstock_image.layout import Json
from penstock_image.serving import codecs

TORCHSCRIPT = "model.pt"
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def load(folder: str) -> Json:
    """A TorchScript module; any other model needs the customer's own `model_fn`."""
    path = Path(folder, TORCHSCRIPT)
    if not path.exists():
        raise FileNotFoundError(
            f"Failed to load model with default model_fn: missing file {TORCHSCRIPT}. Save the model with "
            f"torch.jit.save as {TORCHSCRIPT}, or give the script a model_fn(model_dir)"
        )
    return torch.jit.load(str(path), map_location=DEVICE)


def tensor(content: Json, content_type: str) -> Json:
    return torch.from_numpy(codecs.decode(content, content_type)).to(DEVICE)


def predict(data: Json, model: Json) -> Json:
    with torch.no_grad():
        model.eval()
        return model.to(DEVICE)(data)


def encoded(prediction: Json, accept: str) -> Json:
    is_tensor = isinstance(prediction, torch.Tensor)
    return codecs.encode(prediction.detach().cpu().numpy() if is_tensor else prediction, accept)


DEFAULTS = {"model_fn": load, "input_fn": tensor, "predict_fn": predict, "output_fn": encoded}
