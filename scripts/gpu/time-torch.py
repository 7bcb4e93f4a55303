"""Times PyTorch on the graphics card: one JSON line of milliseconds, or null where there is none."""
import json
import time

try:
    import torch
except ImportError:
    print("null")
    raise SystemExit

device = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else None
if device is None:
    print("null")
    raise SystemExit


def wait():
    (torch.cuda if device == "cuda" else torch.mps).synchronize()


def least(run):
    run()
    wait()
    best = float("inf")
    for _ in range(20):
        start = time.perf_counter()
        run()
        wait()
        best = min(best, time.perf_counter() - start)
    return 1000 * best


def step(model, x, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss = torch.nn.CrossEntropyLoss()

    def run():
        optimizer.zero_grad()
        loss(model(x), y).backward()
        optimizer.step()

    return run


times = {}
for n in (512, 1024):
    a, b = torch.rand(n, n, device=device), torch.rand(n, n, device=device)
    times[f"matmul{n}"] = least(lambda: a @ b)
mlp = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10)).to(device)
times["mlp"] = least(step(mlp, torch.rand(64, 784, device=device), torch.randint(0, 10, (64,), device=device)))
net = torch.nn.Sequential(
    torch.nn.Conv2d(1, 16, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
    torch.nn.Conv2d(16, 32, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2),
    torch.nn.Flatten(), torch.nn.Linear(32 * 49, 10),
).to(device)
times["convnet"] = least(step(net, torch.rand(32, 1, 28, 28, device=device), torch.randint(0, 10, (32,), device=device)))
print(json.dumps(times))
