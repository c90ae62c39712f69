"""Learning-rate decay: start with large steps, end with small ones.

A schedule is a plain function; a training loop calls it and sets `optimizer.lr`. Epochs
and steps count from 0, so that training starts with the full rate.
"""

__all__ = ["exponential_decay", "inverse_time_decay", "step_decay"]


def step_decay(lr: float, epoch: int, drop: float, every: int) -> float:
    """Multiply the rate by `drop` once every `every` epochs, and keep it in between.

    α = α₀ · drop^⌊epoch / every⌋,  α₀ = lr

    Raises: ValueError if every is below 1.
    Source: slides, "Learning rate decay".

    >>> [step_decay(0.8, epoch, drop=0.5, every=2) for epoch in range(5)]
    [0.8, 0.8, 0.4, 0.4, 0.2]
    """
    raise NotImplementedError("lab09_optimizers: step_decay")


def exponential_decay(lr: float, k: float, t: float) -> float:
    """Shrink the rate by the same factor in every unit of time.

    α = α₀ · exp(−k t),  α₀ = lr

    Source: slides, "Learning rate decay".

    >>> [round(exponential_decay(0.8, k=0.6931, t=t), 3) for t in range(3)]  # log 2 = 0.6931
    [0.8, 0.4, 0.2]
    """
    raise NotImplementedError("lab09_optimizers: exponential_decay")


def inverse_time_decay(lr: float, k: float, t: float) -> float:
    """Shrink the rate like 1/t: fast at first, ever slower later.

    α = α₀ / (1 + k t),  α₀ = lr

    Source: slides, "Learning rate decay", 1/t decay.

    >>> [inverse_time_decay(0.75, k=0.5, t=t) for t in (0, 1, 4)]
    [0.75, 0.5, 0.25]
    """
    raise NotImplementedError("lab09_optimizers: inverse_time_decay")
