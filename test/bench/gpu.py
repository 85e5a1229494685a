"""The benchmarks' work in PyTorch on an NVIDIA card, step by step or as CUDA graphs. Each line of input asks for a burst."""
import json
import sys
import time

import torch

# Modules and tensors that the works make from here on are on the card.
torch.set_default_device("cuda")

import pytorch  # noqa: E402
import unet  # noqa: E402

WORKS = {"train": pytorch.train, "reverse": pytorch.reverse, "unet": unet.training_step}


def captured(make):
    """The same step as a graph, which the card repeats without being told operation by operation."""
    pytorch.ADAM["capturable"] = unet.ADAM["capturable"] = True
    step = make()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def main():
    print(f"PyTorch {torch.__version__}, {torch.cuda.get_device_name()}", flush=True)
    steps = {}
    for line in sys.stdin:
        asked = json.loads(line)
        key = (asked["what"], asked["graph"])
        if key not in steps:
            make = WORKS[asked["what"]]
            steps[key] = captured(make) if asked["graph"] else make()
        step = steps[key]
        step()
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(asked["count"]):
            step()
        torch.cuda.synchronize()
        print((time.perf_counter() - start) / asked["count"] * 1000, flush=True)


if __name__ == "__main__":
    main()
