"""Every optimizer against PyTorch's over 100 steps, and its closed forms."""

import numpy as np
import pytest

from nnlab.optim import SGD, AdaGrad, Adam, Momentum, Nesterov, Optimizer, RMSProp
from nnlab.parameter import Parameter
from tests.nnlab.central_differences import close

PAIRS = [  # ours, our arguments, the class in torch.optim, its arguments
    (SGD, {}, "SGD", {}),
    (Momentum, {}, "SGD", {"momentum": 0.9}),
    (Momentum, {"momentum": 0.5}, "SGD", {"momentum": 0.5}),
    (Nesterov, {"momentum": 0.8}, "SGD", {"momentum": 0.8, "nesterov": True}),
    (AdaGrad, {}, "Adagrad", {"eps": 1e-7}),
    (RMSProp, {}, "RMSprop", {"alpha": 0.9, "eps": 1e-7}),
    (RMSProp, {"decay": 0.6, "eps": 0.3}, "RMSprop", {"alpha": 0.6, "eps": 0.3}),
    (Adam, {}, "Adam", {"eps": 1e-7}),
    (Adam, {"betas": (0.5, 0.7), "eps": 0.2}, "Adam", {"betas": (0.5, 0.7), "eps": 0.2}),
]
KINDS = [SGD, Momentum, Nesterov, AdaGrad, RMSProp, Adam]


def gradient(x):
    """Differentiate f(x) = Σ x⁴/4 + x²: steep far away, flat near 0, no two entries alike."""
    return x**3 + 2 * x


def start():
    """Draw the starting point: a weight matrix and a bias."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=(4, 3)), rng.normal(size=3)]


@pytest.mark.parametrize(("kind", "arguments", "name", "theirs"), PAIRS)
def test_a_hundred_steps_end_where_pytorchs_do(kind, arguments, name, theirs):
    """After every one of 100 steps the parameters agree with torch.optim's, in 12 digits."""
    torch = pytest.importorskip("torch")
    ours = [Parameter(x) for x in start()]
    others = [torch.tensor(x, requires_grad=True) for x in start()]
    optimizer = kind(ours, 0.05, **arguments)
    reference = getattr(torch.optim, name)(others, lr=0.05, **theirs)
    for _ in range(100):
        for p, q in zip(ours, others, strict=True):
            p.grad[...] = gradient(p.data)
            q.grad = gradient(q.detach())
        optimizer.step()
        reference.step()

        for p, q in zip(ours, others, strict=True):
            assert close(p.data, q.detach().numpy(), 1e-12)


def test_nesterov_is_the_lectures_rule_seen_from_the_look_ahead_point():
    """With x and v run by the lecture's two lines, the parameters hold x + ρ v after each step."""
    rho, lr = 0.9, 0.05
    x, v = start()[0], np.zeros((4, 3))
    parameter = Parameter(x)
    optimizer = Nesterov([parameter], lr, momentum=rho)
    for _ in range(100):
        parameter.grad[...] = gradient(parameter.data)
        optimizer.step()
        v = rho * v - lr * gradient(x + rho * v)
        x = x + v

        assert close(parameter.data, x + rho * v, 1e-11)


def test_adams_first_step_is_lr_long_whatever_the_gradient():
    """With bias correction |Δθ| = lr at t = 1; without, √(1 − β₂) / (1 − β₁) times less: 3.162."""
    for scale in (1e-3, 1.0, 1e3):
        lengths = []
        for correct in (True, False):
            parameter = Parameter([0.0], grad=[scale])
            Adam([parameter], 0.1, eps=1e-12, bias_correction=correct).step()
            lengths.append(-float(parameter.data[0]))

        assert lengths == pytest.approx([0.1, 0.1 * 0.1 / 0.001**0.5], rel=1e-6)


def test_adam_without_correction_is_the_slides_first_box():
    """Twenty steps of "Adam (almost)", written as on the slide, give the same parameters."""
    parameter = Parameter(start()[0])
    optimizer = Adam([parameter], 0.05, bias_correction=False)
    x, first, second = start()[0], 0, 0
    for _ in range(20):
        parameter.grad[...] = gradient(parameter.data)
        optimizer.step()
        dx = gradient(x)
        first = 0.9 * first + (1 - 0.9) * dx
        second = 0.999 * second + (1 - 0.999) * dx * dx
        x = x - 0.05 * first / (np.sqrt(second) + 1e-7)

    assert close(parameter.data, x, 1e-12)


def test_velocity_under_a_constant_gradient_is_a_geometric_sum():
    """Momentum is a sum: after n steps v = g (1 − ρⁿ) / (1 − ρ), ten times g in the end."""
    optimizer = Momentum([Parameter([0.0], grad=[2.0])], 0.1, momentum=0.9)
    for _ in range(50):
        optimizer.step()

    assert optimizer.velocity[0] == pytest.approx(2 * (1 - 0.9**50) / 0.1, rel=1e-13)


def test_adagrad_under_a_constant_gradient_steps_like_one_over_root_n():
    """Step n of AdaGrad is lr / √n, whatever the gradient's size."""
    parameter = Parameter([0.0], grad=[7.0])
    optimizer = AdaGrad([parameter], 0.1, eps=0.0)
    for n in range(1, 20):
        before = parameter.data[0]
        optimizer.step()

        assert before - parameter.data[0] == pytest.approx(0.1 / np.sqrt(n), rel=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_every_optimizer_reaches_the_minimum(kind):
    """Each finds the minimum at 0 of a bowl; gradients are cleared by zero_grad."""
    parameters = [Parameter(x) for x in start()]
    optimizer = kind(parameters, lr=0.3 if kind is AdaGrad else 0.02)
    for _ in range(500):
        optimizer.zero_grad()
        assert not any(p.grad.any() for p in parameters)
        for p in parameters:
            p.grad += gradient(p.data)
        optimizer.step()

    assert all(np.abs(p.data).max() < 0.02 for p in parameters)


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_rate_acts_at_the_next_step(kind):
    """Setting optimizer.lr to 0 stops the parameters, but for Nesterov's velocity."""
    parameter = Parameter([1.0], grad=[2.0])
    optimizer = kind([parameter], lr=0.1)
    optimizer.step()
    after = parameter.data.copy()
    optimizer.lr = 0.0
    optimizer.step()

    assert np.array_equal(parameter.data, after) == (kind is not Nesterov)


@pytest.mark.parametrize("kind", KINDS)
def test_float32_parameters_and_state_stay_float32(kind):
    """Nothing is turned into float64 on the way."""
    parameter = Parameter(np.ones((2, 3), np.float32), grad=1)
    optimizer = kind([parameter], lr=0.1)
    optimizer.step()
    optimizer.step()
    arrays = [parameter.data, parameter.grad]
    arrays += [value for value in vars(optimizer).values() if isinstance(value, np.ndarray)]

    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda p: SGD(p, lr=-0.1), r"lr must be in \[0, inf\), got -0.1"),
        (lambda p: SGD(p, lr=float("nan")), r"lr must be in \[0, inf\), got nan"),
        (lambda p: Momentum(p, 0.1, momentum=1.0), r"momentum must be in \[0, 1\), got 1.0"),
        (lambda p: Nesterov(p, 0.1, momentum=-0.1), r"momentum must be in \[0, 1\), got -0.1"),
        (lambda p: AdaGrad(p, 0.1, eps=-1e-7), r"eps must be in \[0, inf\), got -1e-07"),
        (lambda p: RMSProp(p, 0.1, decay=1.5), r"decay must be in \[0, 1\), got 1.5"),
        (lambda p: RMSProp(p, 0.1, eps=-1.0), r"eps must be in \[0, inf\), got -1.0"),
        (lambda p: Adam(p, betas=(1.0, 0.9)), r"betas\[0\] must be in \[0, 1\), got 1.0"),
        (lambda p: Adam(p, betas=(0.9, -1)), r"betas\[1\] must be in \[0, 1\), got -1"),
        (lambda p: Adam(p, eps=-1.0), r"eps must be in \[0, inf\), got -1.0"),
        (lambda _: SGD([], lr=0.1), "parameters must hold at least one Parameter, got none"),
    ],
)
def test_settings_out_of_range_raise(build, message):
    """Each message names the argument, its range and the value."""
    with pytest.raises(ValueError, match=message):
        build([Parameter([1.0])])


def test_the_base_class_has_no_rule():
    """Optimizer itself cannot step."""
    with pytest.raises(NotImplementedError, match=r"Optimizer\.step"):
        Optimizer([Parameter([1.0])], lr=0.1).step()
