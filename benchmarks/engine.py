"""Training throughput of the engine, beside PyTorch, scikit-learn and the bare matrix products.

    python benchmarks/engine.py [--rounds 5] [--seconds 0.4] [--threads 1 2]

Three networks, float32 and float64. A step is forward, loss, backward and update of one batch
of random numbers. The contenders take turns inside one process, burst by burst, and the median
burst counts, so that a busy machine slows all of them alike. PyTorch runs eagerly with each of
its optimizers' implementations; the ratio is to the best of them. With as many threads as
cores, other programs that run beside spoil the figures: keep the load average below one.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import cycle, pairwise
from statistics import median

import numpy as np

from nnlab.batchnorm import BatchNorm1d
from nnlab.dropout import Dropout
from nnlab.init import kaiming_normal, xavier
from nnlab.layers import Linear, ReLU, Sequential, Tanh
from nnlab.losses import CrossEntropyLoss
from nnlab.optim import Adam, Momentum, Optimizer

Batches = list[tuple[np.ndarray, np.ndarray]]
Step = Callable[[], int]  # trains a little, returns how many samples that were


@dataclass(frozen=True)
class Net:
    """A network and its recipe."""

    name: str
    sizes: tuple[int, ...]
    activation: str
    batch: int
    optimizer: str
    regularised: bool = False  # batch norm before, dropout 0.2 after every hidden activation

    def batches(self, dtype: str, n_batches: int = 8) -> Batches:
        """Draw data that is as wide as the network."""
        rng = np.random.default_rng(0)
        return [
            (
                rng.standard_normal((self.batch, self.sizes[0])).astype(dtype),
                rng.integers(0, self.sizes[-1], self.batch),
            )
            for _ in range(n_batches)
        ]


NETS = (
    Net("3072-50-10 relu, momentum", (3072, 50, 10), "relu", 100, "momentum"),
    Net("784-256-128-10 relu, adam", (784, 256, 128, 10), "relu", 64, "adam"),
    Net("10x500 tanh, bn, dropout", (*[500] * 11, 10), "tanh", 128, "momentum", regularised=True),
)


def matrix_products(net: Net, dtype: str, data: Batches) -> Iterator[tuple[str, Step]]:
    """Only the products of a step, into arrays that are there: what no engine can do without."""
    shapes = list(pairwise(net.sizes))
    weights = [np.zeros((n_in, n_out), dtype) for n_in, n_out in shapes]
    grads = [np.empty_like(weight) for weight in weights]
    values = [np.zeros((net.batch, size), dtype) for size in net.sizes]
    stream = cycle(data)

    def step() -> int:
        values[0], _ = next(stream)
        for k, weight in enumerate(weights):
            np.matmul(values[k], weight, out=values[k + 1])
        for k in reversed(range(len(weights))):
            np.matmul(values[k].T, values[k + 1], out=grads[k])
            if k:
                np.matmul(values[k + 1], weights[k].T, out=values[k])
        return net.batch

    yield "products", step


def engine(net: Net, dtype: str, data: Batches) -> Iterator[tuple[str, Step]]:
    """Train with nnlab."""
    rng = np.random.default_rng(0)
    init = kaiming_normal if net.activation == "relu" else xavier
    model = Sequential()
    for n_in, n_out in pairwise(net.sizes):
        model.modules.append(Linear(n_in, n_out, rng=rng, init=init))
        model.modules += [BatchNorm1d(n_out)] if net.regularised else []
        model.modules.append(ReLU() if net.activation == "relu" else Tanh())
        model.modules += [Dropout(0.2, rng=rng)] if net.regularised else []
    while not isinstance(model.modules[-1], Linear):
        model.modules.pop()
    model.astype(dtype)
    optimizer: Optimizer = Adam(model.parameters())
    if net.optimizer == "momentum":
        optimizer = Momentum(model.parameters(), lr=0.01)
    loss, stream = CrossEntropyLoss(), cycle(data)

    def step() -> int:
        x, target = next(stream)
        loss(model(x), target)
        optimizer.zero_grad()
        model.backward(loss.backward())
        optimizer.step()
        return net.batch

    yield "nnlab", step


def pytorch(net: Net, dtype: str, data: Batches) -> Iterator[tuple[str, Step]]:
    """Train with PyTorch, once for every implementation of its optimizer."""
    import torch  # noqa: PLC0415 - optional

    def trainer(**how: bool) -> Step:
        modules: list[torch.nn.Module] = []
        for n_in, n_out in pairwise(net.sizes):
            modules.append(torch.nn.Linear(n_in, n_out))
            modules += [torch.nn.BatchNorm1d(n_out)] if net.regularised else []
            modules.append(torch.nn.ReLU() if net.activation == "relu" else torch.nn.Tanh())
            modules += [torch.nn.Dropout(0.2)] if net.regularised else []
        while not isinstance(modules[-1], torch.nn.Linear):
            modules.pop()
        model = torch.nn.Sequential(*modules).to(getattr(torch, dtype))
        loss, stream = torch.nn.CrossEntropyLoss(), cycle(tensors)
        optimizer: torch.optim.Optimizer = torch.optim.Adam(model.parameters(), **how)
        if net.optimizer == "momentum":
            optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, **how)

        def step() -> int:
            x, target = next(stream)
            optimizer.zero_grad()
            loss(model(x), target).backward()
            optimizer.step()
            return net.batch

        return step

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    tensors = [(torch.from_numpy(x), torch.from_numpy(target)) for x, target in data]
    yield "torch default", trainer()
    yield "torch foreach", trainer(foreach=True)
    yield "torch fused", trainer(fused=True)


def scikit_learn(net: Net, _dtype: str, data: Batches) -> Iterator[tuple[str, Step]]:
    """Train with MLPClassifier.partial_fit, eight batches a call; it knows no batch norm."""
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415 - optional

    x, target = (np.concatenate(parts) for parts in zip(*data, strict=True))
    model = MLPClassifier(
        net.sizes[1:-1],
        activation=net.activation,
        solver="adam" if net.optimizer == "adam" else "sgd",
        batch_size=net.batch,
        learning_rate_init=0.001 if net.optimizer == "adam" else 0.01,
        nesterovs_momentum=False,
        alpha=0,
        shuffle=False,
    )
    model.partial_fit(x, target, classes=np.arange(net.sizes[-1]))

    def step() -> int:
        model.partial_fit(x, target)
        return len(x)

    yield "scikit-learn", step


def burst(step: Step, seconds: float) -> float:
    """Return samples a second; the first fifth of the time warms up and is not counted."""
    end = time.perf_counter() + seconds / 5
    while time.perf_counter() < end:
        step()
    samples, start = 0, time.perf_counter()
    while time.perf_counter() < start + seconds:
        samples += step()
    return samples / (time.perf_counter() - start)


def measure(net: Net, dtype: str, *, rounds: int, seconds: float) -> dict[str, float]:
    """Let the contenders take turns; return the median samples a second of each."""
    contenders = [matrix_products, engine]
    contenders += [pytorch] if find_spec("torch") else []
    contenders += [scikit_learn] if find_spec("sklearn") else []
    data = net.batches(dtype)
    steps = dict(pair for contender in contenders for pair in contender(net, dtype, data))
    speeds: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            speeds[name].append(burst(step, seconds))
    return {name: median(values) for name, values in speeds.items()}


def report(net: Net, dtype: str, threads: str, speeds: dict[str, float]) -> None:
    """Print one block: the figures, and what they are beside the engine's."""
    print(f"\n{net.name}, batch {net.batch}, {dtype}, {threads} thread(s): samples a second")
    ours = speeds["nnlab"]
    for name, speed in speeds.items():
        print(f"  {name:15}{speed:10,.0f}   nnlab / this = {ours / speed:.2f}")
    torch = [speed for name, speed in speeds.items() if name.startswith("torch")]
    if torch:
        print(f"  nnlab / best of PyTorch = {ours / max(torch):.2f}")


def main() -> None:
    """Measure, in a process of its own for every number of threads."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=0.4, help="length of a burst")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    options = parser.parse_args()
    threads = os.environ.get("NNLAB_BENCHMARK_THREADS")
    if threads:
        print(f"\nnumpy {np.__version__}, load average at the start {os.getloadavg()[0]:.1f}")
        for net in NETS:
            for dtype in ("float32", "float64"):
                speeds = measure(net, dtype, rounds=options.rounds, seconds=options.seconds)
                report(net, dtype, threads, speeds)
        return
    for package, name in (("torch", "PyTorch"), ("sklearn", "scikit-learn")):
        if not find_spec(package):
            print(f"{name} is not installed here, so it does not take part.")
    for count in options.threads:
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        limits = dict.fromkeys((*names, "NNLAB_BENCHMARK_THREADS"), str(count))
        subprocess.run([sys.executable, *sys.argv], env=os.environ | limits, check=True)


if __name__ == "__main__":
    main()
