"""The benchmarks' two loops in PyTorch: milliseconds of one step, by number of threads, as one JSON line each."""
import json
import statistics
import time

import torch

WIDTHS = [18, 128, 128, 128, 2]


def network():
    layers = []
    for i in range(4):
        layers.append(torch.nn.Linear(WIDTHS[i], WIDTHS[i + 1]))
        if i < 3:
            layers.append(torch.nn.SiLU())
    return torch.nn.Sequential(*layers)


def times_of(f, count):
    for _ in range(3):
        f()
    times = []
    for _ in range(41):
        start = time.perf_counter()
        for _ in range(count):
            f()
        times.append((time.perf_counter() - start) / count * 1000)
    return {"median": statistics.median(times), "fastest": min(times)}


def train_step():
    model = network()
    adam = torch.optim.Adam(model.parameters(), lr=1e-3)
    x, y = torch.randn(512, 18), torch.randn(512, 2)

    def step():
        adam.zero_grad(set_to_none=True)
        ((model(x) - y) ** 2).mean().backward()
        adam.step()

    return step


def reverse_step():
    model = network()
    features = torch.randn(1, 16).expand(4096, 16)
    state = torch.randn(4096, 2)

    def step():
        with torch.no_grad():
            noise = model(torch.cat([state, features], 1))
            state.mul_(0.999).add_(noise, alpha=-0.01).add_(torch.randn_like(state), alpha=0.01)

    return step


for threads in (1, 2):
    torch.set_num_threads(threads)
    print(
        json.dumps(
            {
                "version": torch.__version__,
                "threads": threads,
                "train": times_of(train_step(), 2),
                "reverse": times_of(reverse_step(), 1),
            }
        )
    )
