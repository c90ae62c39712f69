"""The network of the course as far as a library has come: its parts are those that are written."""

from typing import Any

import numpy as np

from autograder.gallery import Drawn, Numbers, lecture_figure
from autograder.gallery.style import plots
from autograder.gallery.trainer import by_epoch
from autograder.sandbox.limits import Limits

PARTS = ("layers", "Adam", "training loop", "batch normalisation", "dropout")
"""What a network is made of, in the order of the labs 5, 9, 10, 11 and 12."""
EPOCHS, BATCH, HIDDEN, TRAINED_ON = 20, 50, 60, 1200
SIDE, ACROSS, DOWN = 8, 8, 5
"""Pixels of a digit's side; how many digits and units are shown, side by side and one below the other."""
GAP = 5
"""Pixels between two digits: room for what was read."""


def your_network(nnlab: Any, seed: int, x: Any, target: Any) -> Numbers:
    """Train on the digits with all parts that are written; without the first one there is no network."""
    for count in range(len(PARTS), 1, -1):
        try:
            return _trained(nnlab, PARTS[:count], seed, x, target)
        except NotImplementedError:  # a later lab's: one part less
            continue
    return _trained(nnlab, PARTS[:1], seed, x, target)


def _trained(nnlab: Any, parts: tuple[str, ...], seed: int, x: Any, target: Any) -> Numbers:
    """Train a network of these parts, and let it read digits that it has never seen."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(x))
    x, target = x[order] / x.max(), target[order]
    stack = [nnlab.layers.Linear(x.shape[1], HIDDEN, rng=rng)]
    stack += [nnlab.batchnorm.BatchNorm1d(HIDDEN)] if "batch normalisation" in parts else []
    stack += [nnlab.layers.ReLU()]
    stack += [nnlab.dropout.Dropout(0.2, rng=rng)] if "dropout" in parts else []
    last = nnlab.layers.Linear(HIDDEN, int(target.max()) + 1, rng=rng)
    model = nnlab.module.Sequential(*stack, last)
    data = (x[:TRAINED_ON], target[:TRAINED_ON], x[TRAINED_ON:], target[TRAINED_ON:])
    optimizer = nnlab.optim.Adam(model.parameters(), lr=0.005) if "Adam" in parts else None
    train = _by_their_loop if "training loop" in parts else _by_ours
    model, train_loss, val_loss = train(nnlab, model, optimizer, data, rng)
    answers = model.eval()(data[2]).argmax(axis=1)
    return {
        "parts": list(parts),
        "train_loss": train_loss,
        "val_loss": val_loss,
        "images": data[2][: ACROSS * DOWN],
        "answers": answers[: ACROSS * DOWN],
        "target": data[3][: ACROSS * DOWN],
        "right": float(np.mean(answers == data[3])),
        "new": len(answers),
        "weights": model.modules[0].weight.data[: ACROSS * DOWN],
    }


def _by_ours(
    nnlab: Any, model: Any, optimizer: Any, data: Any, rng: Any
) -> tuple[Any, list[float], list[float]]:
    """Train by the plainest loop there is, before the library has one."""
    x, target, x_val, y_val = data
    loss = nnlab.losses.CrossEntropyLoss()
    train_loss, val_loss = [], []
    for _ in range(EPOCHS):
        costs = []
        for chosen in np.array_split(rng.permutation(len(x)), len(x) // BATCH):
            costs.append(float(loss(model.train()(x[chosen]), target[chosen])))
            model.zero_grad()
            model.backward(loss.backward())
            if optimizer:
                optimizer.step()
            else:
                for parameter in model.parameters():
                    parameter.data = parameter.data - 0.3 * parameter.grad
        train_loss.append(float(np.mean(costs)))
        val_loss.append(float(loss(model.eval()(x_val), y_val)))
    return model, train_loss, val_loss


def _by_their_loop(
    nnlab: Any, model: Any, optimizer: Any, data: Any, rng: Any
) -> tuple[Any, list[float], list[float]]:
    """Train by the library's own loop, which ends in time and hands over the best model."""
    history = nnlab.training.train(
        model,
        nnlab.losses.CrossEntropyLoss(),
        optimizer,
        nnlab.selection.Split(*data),
        epochs=EPOCHS,
        batch_size=BATCH,
        stopping=nnlab.training.EarlyStopping(rounds=5),
        rng=rng,
    )
    train_loss, val_loss = [*map(float, history.train_loss)], [*map(float, history.val_loss)]
    return history.best_model, train_loss, val_loss


def claim_your_network(n: Numbers) -> bool:
    """Return whether most new digits are read rightly, after a training that lowered the cost."""
    return bool(n["right"] > 0.9 and n["train_loss"][-1] < n["train_loss"][0])


def _montage(images: Any) -> Any:
    """Put square images side by side, with room above each."""
    rows = -(-len(images) // ACROSS)
    table = np.full((rows, ACROSS, SIDE + GAP, SIDE + GAP), np.nan)
    for i, image in enumerate(images):
        table[*divmod(i, ACROSS), GAP:, :SIDE] = image.reshape(SIDE, SIDE)
    return table.transpose(0, 2, 1, 3).reshape(rows * (SIDE + GAP), -1)


@lecture_figure(
    "your-network",
    lab="lab05_backprop",
    slides="Multi-layer Neural Network",
    claim=claim_your_network,
    numbers=your_network,
    images=True,
    limits=Limits(cpu_seconds=20, wall_seconds=120),
)
def draw_your_network(n: Numbers) -> Drawn:
    """The network so far reads digits that it has never seen; it grows with the labs that are done."""
    made = ", ".join(n["parts"])
    right = f"{n['right']:.1%} of {n['new']} new digits"
    title = f"The network so far reads {right} rightly\nmade of: {made}"
    figure, (costs, read, units) = plots.sheet(title, 3, width=3.9, height=3.4)
    plots.curves(costs, by_epoch(training=n["train_loss"], validation=n["val_loss"]), marker=".")
    costs.set(xlabel="epoch", ylabel="cost (nats)", title="while it is trained")
    costs.set_ylim(bottom=0)
    read.imshow(_montage(n["images"]), cmap="gray_r")
    wrong = 0
    for i, (answer, label) in enumerate(zip(n["answers"], n["target"], strict=True)):
        fits = answer == label
        wrong += not fits
        row, column = divmod(i, ACROSS)
        read.text(
            column * (SIDE + GAP) + SIDE / 2,
            row * (SIDE + GAP) + GAP - 1.5,
            f"{answer}" if fits else f"{answer}, is {label}",
            ha="center",
            color="black" if fits else plots.ORANGE,
            fontweight="normal" if fits else "bold",
            fontsize="x-small",
        )
    read.set_title(f"the first {len(n['images'])}, and what it reads: {wrong} wrong")
    reach = float(np.abs(n["weights"]).max())
    units.imshow(_montage(n["weights"]), cmap="PuOr_r", vmin=-reach, vmax=reach)
    units.set_title("what its hidden units look for")
    for ax in (read, units):
        ax.axis("off")
    return Drawn(figure, f"{right} are read rightly\nmade of: {made}")
