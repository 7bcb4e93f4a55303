"""Writes the folder adapter/ and net.safetensors: an adapter of PEFT 0.21 beside embeddings and convolutions, and what it gives.

python generate.py (torch, peft, safetensors)
"""
import json
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from torch import nn

here = Path(__file__).parent


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(12, 8)
        self.conv1 = nn.Conv1d(8, 6, 3, padding=1)
        self.conv2 = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.grouped = nn.Conv2d(4, 4, 1, groups=2)
        self.head = nn.Linear(4, 3)

    def forward(self, ids):
        x = self.conv1(self.emb(ids).transpose(1, 2)).unsqueeze(1)
        x = self.grouped(torch.relu(self.conv2(x)))
        return self.head(x.mean((2, 3)))


def expected(targets, folder):
    torch.manual_seed(4)
    net = Net()
    base = {key: value.clone() for key, value in net.state_dict().items()}
    ids = torch.tensor([[1, 5, 11, 0, 7], [3, 3, 2, 8, 9]])
    plain = net(ids)
    model = get_peft_model(net, LoraConfig(r=4, lora_alpha=6, target_modules=targets))
    with torch.no_grad():
        for name, value in model.named_parameters():
            if "lora_" in name:
                value.copy_(torch.randn(value.shape) * 0.3)
    model.eval()
    adapted = model(ids)
    # the gradient of what trains, by one of the adapter's matrices
    adapted.square().sum().backward()
    grads = {
        "grad." + name.replace(".default", ""): value.grad
        for name, value in model.named_parameters()
        if value.grad is not None
    }
    model.save_pretrained(here / folder)
    (here / folder / "README.md").unlink(missing_ok=True)
    config = json.loads((here / folder / "adapter_config.json").read_text())
    (here / folder / "adapter_config.json").write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
    return {**{f"base.{key}": value for key, value in base.items()}, "plain": plain, "adapted": adapted, **grads}


state = expected(["emb", "conv1", "conv2", "grouped", "head"], "adapter")
save_file({key: value.detach().contiguous() for key, value in state.items()}, here / "net.safetensors")
print(list(state))
