"""The benchmarks' work in PyTorch. Each line of input asks for a burst; the answer is milliseconds of one step."""
import json
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

WIDTHS = [18, 128, 128, 128, 2]


def network(widths=WIDTHS):
    layers = []
    for i in range(len(widths) - 1):
        layers.append(nn.Linear(widths[i], widths[i + 1]))
        if i < len(widths) - 2:
            layers.append(nn.SiLU())
    return nn.Sequential(*layers)


# What Adam is made with beside its rate: CUDA graphs want one that keeps its count on the card.
ADAM = {}


def trained(parameters, loss):
    """A step of Adam on a loss."""
    adam = torch.optim.Adam(parameters, lr=1e-3, **ADAM)

    def step():
        adam.zero_grad(set_to_none=True)
        loss().backward()
        adam.step()

    return step


def train():
    model = network()
    x, y = torch.randn(512, 18), torch.randn(512, 2)
    return trained(model.parameters(), lambda: ((model(x) - y) ** 2).mean())


def reverse(particles=4096, noisy=True):
    model = network()
    features = torch.randn(1, 16).expand(particles, 16)
    state = torch.randn(particles, 2)

    def step():
        with torch.no_grad():
            noise = model(torch.cat([state, features], 1))
            state.mul_(0.999).add_(noise, alpha=-0.01)
            if noisy:
                state.add_(torch.randn_like(state), alpha=0.01)

    return step


def ddim():
    """A walk of 50 steps."""
    step = reverse(noisy=False)

    def walk():
        for _ in range(50):
            step()

    return walk


def sliced():
    """Sliced score matching with reduced variance: v's derivative of the score along v, plus half its square."""
    model = network([2, 128, 128, 128, 2])
    x = torch.randn(512, 2)

    def loss():
        at = x.clone().requires_grad_(True)
        v = torch.randint(0, 2, x.shape).float() * 2 - 1
        score = model(at)
        (gradient,) = torch.autograd.grad((score * v).sum(), at, create_graph=True)
        return ((gradient * v).sum(1) + 0.5 * (score**2).sum(1)).mean()

    return trained(model.parameters(), loss)


def likelihood():
    """dx/dt and the divergence estimated by one vector for each state, 10 steps of the classical Runge-Kutta method."""
    model = network()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    features = torch.randn(1, 16).expand(512, 16)
    start = torch.randn(512, 2)
    v = torch.randint(0, 2, start.shape).float() * 2 - 1

    def slope(x):
        at = x.detach().requires_grad_(True)
        velocity = -0.5 * at + 0.5 * model(torch.cat([at, features], 1))
        (gradient,) = torch.autograd.grad((velocity * v).sum(), at)
        return velocity.detach(), (gradient * v).sum(1)

    def walk():
        x, change = start, torch.zeros(512)
        h = 0.1
        for _ in range(10):
            k1, l1 = slope(x)
            k2, l2 = slope(x + 0.5 * h * k1)
            k3, l3 = slope(x + 0.5 * h * k2)
            k4, l4 = slope(x + h * k3)
            x = x + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
            change = change + h / 6 * (l1 + 2 * l2 + 2 * l3 + l4)
        return change

    return walk


class GlowStep(nn.Module):
    """Actnorm, an invertible 1 x 1 convolution by its PLU factors, and an affine coupling."""

    def __init__(self, c, hidden):
        super().__init__()
        self.shift, self.log_scale = nn.Parameter(torch.zeros(1, c, 1, 1)), nn.Parameter(torch.zeros(1, c, 1, 1))
        p, lower, upper = torch.lu_unpack(*torch.lu(torch.linalg.qr(torch.randn(c, c))[0]))
        diagonal = torch.diag(upper)
        self.register_buffer("p", p)
        self.register_buffer("sign", diagonal.sign())
        self.register_buffer("below", torch.tril(torch.ones(c, c), -1))
        self.lower, self.upper = nn.Parameter(lower), nn.Parameter(upper)
        self.log_s, self.bias = nn.Parameter(diagonal.abs().log()), nn.Parameter(torch.zeros(c))
        self.net = nn.Sequential(
            nn.Conv2d(c // 2, hidden, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(hidden, hidden, 1),
            nn.SiLU(),
            nn.Conv2d(hidden, c, 3, padding=1),
        )

    def forward(self, x):
        n, c, h, w = x.shape
        x = (x + self.shift) * self.log_scale.exp()
        lower = self.lower * self.below + torch.eye(c)
        upper = self.upper * self.below.T + torch.diag(self.sign * self.log_s.exp())
        x = F.conv2d(x, (self.p @ lower @ upper)[:, :, None, None], self.bias)
        a, b = x.chunk(2, 1)
        shift, raw = self.net(a).chunk(2, 1)
        log_scale = 3 * torch.tanh(raw / 3)
        z = torch.cat([a, b * log_scale.exp() + shift], 1)
        return z, h * w * (self.log_scale.sum() + self.log_s.sum()) + log_scale.sum((1, 2, 3))


def glow():
    model = GlowStep(12, 32)
    x = torch.randn(64, 12, 14, 14)

    def loss():
        z, logdet = model(x)
        return (0.5 * (z**2).sum((1, 2, 3)) + 0.5 * math.log(2 * math.pi) * z[0].numel() - logdet).mean()

    return trained(model.parameters(), loss)


WORKS = {"train": train, "reverse": reverse, "ddim": ddim, "sliced": sliced, "likelihood": likelihood, "glow": glow}


def main():
    print(f"PyTorch {torch.__version__}", flush=True)
    steps = {}
    for line in sys.stdin:
        asked = json.loads(line)
        torch.set_num_threads(asked["threads"])
        step = steps.get(asked["what"])
        if step is None:
            step = steps[asked["what"]] = WORKS[asked["what"]]()
        # The first step after the number of threads has changed starts them.
        step()
        start = time.perf_counter()
        for _ in range(asked["count"]):
            step()
        taken = (time.perf_counter() - start) / asked["count"] * 1000
        # Threads of OpenMP spin for a while before they sleep; the next contestant should not feel them.
        time.sleep(0.02)
        print(taken, flush=True)


if __name__ == "__main__":
    main()
