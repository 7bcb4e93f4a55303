"""Writes torch.safetensors: a model's weights, an input and what the model makes of it, and one tensor of each dtype that both sides
have, by Python's own library: safetensors 0.4.5 with PyTorch 2.6 here."""
from pathlib import Path

import torch
from safetensors.torch import save_file

torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(5, 7), torch.nn.Tanh(), torch.nn.Linear(7, 3))
x = torch.randn(4, 5)
tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
tensors |= {
    "x": x,
    "y": model(x).detach(),
    "half": torch.tensor([0.5, -65504.0, 2.0**-24], dtype=torch.float16),
    "exact": torch.tensor([3.141592653589793], dtype=torch.float64),
    "labels": torch.tensor([-1, 2**31 - 1], dtype=torch.int32),
    "image": torch.tensor([[0], [128], [255]], dtype=torch.uint8),
    "mask": torch.tensor([False, True, True]),
    "scalar": torch.tensor(0.25),
    "empty": torch.zeros(0, 4),
}
save_file(tensors, Path(__file__).with_name("torch.safetensors"), metadata={"format": "pt"})
