"""A training step of the benchmarks' U-Net in PyTorch: milliseconds, by number of threads and memory layout, as one JSON line each."""
import json
import math
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

BATCH, CHANNELS, EMBEDDING, GROUPS = 64, 32, 128, 8


class ResBlock(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, inputs)
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.told = nn.Linear(EMBEDDING, 2 * outputs)
        self.norm2 = nn.GroupNorm(GROUPS, outputs, affine=False)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, e):
        h = self.first(F.silu(self.norm(x)))
        scale, shift = self.told(e)[:, :, None, None].chunk(2, 1)
        return self.skip(x) + self.second(F.silu(self.norm2(h) * (scale + 1) + shift))


class Attention(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, channels)
        self.query, self.value, self.out = (nn.Linear(channels, channels) for _ in range(3))
        self.key = nn.Linear(channels, channels, bias=False)

    def forward(self, x):
        n, c, height, width = x.shape
        flat = self.norm(x).flatten(2).transpose(1, 2)
        scores = self.query(flat) @ self.key(flat).transpose(1, 2) / math.sqrt(c)
        mixed = self.out(torch.softmax(scores, -1) @ self.value(flat))
        return x + mixed.transpose(1, 2).reshape(n, c, height, width)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        c = CHANNELS
        self.time = nn.Sequential(
            nn.Linear(32, EMBEDDING), nn.SiLU(), nn.Linear(EMBEDDING, EMBEDDING), nn.SiLU()
        )
        self.first = nn.Conv2d(1, c, 3, padding=1)
        self.down = ResBlock(c, c)
        self.smaller = nn.Conv2d(c, c, 3, stride=2, padding=1)
        self.middle = ResBlock(c, 2 * c)
        self.attention = Attention(2 * c)
        self.middle2 = ResBlock(2 * c, 2 * c)
        self.up = ResBlock(3 * c, c)
        self.norm = nn.GroupNorm(GROUPS, c)
        self.last = nn.Conv2d(c, 1, 3, padding=1)

    def forward(self, x, features):
        e = self.time(features)
        across = self.down(self.first(x), e)
        h = self.middle2(self.attention(self.middle(self.smaller(across), e)), e)
        h = self.up(torch.cat([F.interpolate(h, scale_factor=2), across], 1), e)
        return self.last(F.silu(self.norm(h)))


# As in pytorch.py.
ADAM = {}


def training_step(layout=torch.contiguous_format):
    model = UNet().to(memory_format=layout)
    adam = torch.optim.Adam(model.parameters(), lr=1e-3, **ADAM)
    x, y = (torch.randn(BATCH, 1, 28, 28).contiguous(memory_format=layout) for _ in range(2))
    features = torch.randn(BATCH, 32)

    def step():
        adam.zero_grad(set_to_none=True)
        ((model(x, features) - y) ** 2).mean().backward()
        adam.step()

    return step


def main():
    """Measures a burst at each line of input, so that it can take turns with others."""
    contestants = []
    for name, layout in (("NCHW", torch.contiguous_format), ("NHWC", torch.channels_last)):
        step = training_step(layout)
        for threads in (1, 2):
            contestants.append((f"{name}, {threads} threads", threads, step))
    for _ in range(2):
        for _, threads, step in contestants:
            torch.set_num_threads(threads)
            step()
    print(json.dumps({"version": torch.__version__}), flush=True)
    for _ in sys.stdin:
        times = {}
        for name, threads, step in contestants:
            torch.set_num_threads(threads)
            start = time.perf_counter()
            step()
            times[name] = (time.perf_counter() - start) * 1000
        print(json.dumps(times), flush=True)


if __name__ == "__main__":
    main()
