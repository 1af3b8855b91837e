"""Learns a line with PyTorch, and writes it as TorchScript."""

import argparse
import os
from pathlib import Path

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
parser.add_argument("--model-dir", default=os.environ["SM_MODEL_DIR"])
arguments = parser.parse_args()

torch.manual_seed(0)
inputs = torch.linspace(-1, 1, 64).reshape(-1, 1)
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for _ in range(arguments.epochs):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(inputs), 3 * inputs + 1).backward()
    optimizer.step()
torch.jit.script(model).save(str(Path(arguments.model_dir, "model.pt")))
print(f"torch {torch.__version__} for {os.environ['SM_CURRENT_HOST']}")
