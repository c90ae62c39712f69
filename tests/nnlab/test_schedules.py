"""Learning-rate decay against PyTorch's schedulers and closed forms."""

import math

import pytest

from nnlab.schedules import exponential_decay, inverse_time_decay, step_decay


def rates(scheduler, arguments, epochs=20):
    """Return the rates that a scheduler of torch.optim gives, epoch by epoch, from 0.8."""
    torch = pytest.importorskip("torch")
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.8)
    schedule = getattr(torch.optim.lr_scheduler, scheduler)(optimizer, **arguments)
    found = []
    for _ in range(epochs):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return found


def test_step_decay_is_pytorchs_step_lr():
    """What we call drop and every, StepLR calls gamma and step_size."""
    ours = [step_decay(0.8, epoch, drop=0.3, every=4) for epoch in range(20)]

    assert ours == pytest.approx(rates("StepLR", {"step_size": 4, "gamma": 0.3}), rel=1e-12)


def test_exponential_decay_is_pytorchs_exponential_lr():
    """The factor for each unit of time is exp(−k)."""
    ours = [exponential_decay(0.8, k=0.2, t=t) for t in range(20)]

    assert ours == pytest.approx(rates("ExponentialLR", {"gamma": math.exp(-0.2)}), rel=1e-12)


def test_inverse_time_decay_halves_at_one_over_k():
    """The rate is a half at t = 1/k, a third at 2/k, and its inverse is a line in t."""
    assert inverse_time_decay(0.8, k=0.25, t=4) == 0.4
    assert inverse_time_decay(0.9, k=0.25, t=8) == pytest.approx(0.3, rel=1e-15)
    assert 1 / inverse_time_decay(1.0, k=3.0, t=7) == pytest.approx(22)


@pytest.mark.parametrize("decay", [exponential_decay, inverse_time_decay])
def test_training_starts_with_the_full_rate(decay):
    """At t = 0 nothing has decayed, and with k = 0 nothing ever does."""
    assert decay(0.8, k=0.5, t=0) == 0.8
    assert decay(0.8, k=0, t=100) == 0.8


def test_step_decay_refuses_steps_shorter_than_one():
    """`every` below one raises."""
    with pytest.raises(ValueError, match="every must be at least 1, got 0"):
        step_decay(0.8, 3, drop=0.5, every=0)
