"""Checks of lab 5: backpropagation."""

from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from autograder import pictures
from autograder.course.lab import Lab, shown
from autograder.judges.cases import short_numbers, table
from autograder.judges.draws import comes_from_generator
from autograder.judges.evidence import gradient_evidence
from autograder.judges.fit import fits
from autograder.judges.gradient import gradient_agrees, gradient_of

lab = Lab(
    "lab05_backprop",
    title="Backpropagation",
    slides="Backpropagation",
    exercises={
        "layers.Linear.forward": "Multi-layer Neural Network",
        "layers.Linear.backward": "Backpropagation",
        "layers.Sigmoid.backward": "Hidden layer gradient",
        "layers.Tanh.backward": "Hidden layer gradient",
        "layers.ReLU.backward": "Hidden layer gradient",
        "module.Sequential.forward": "Multi-layer Neural Network",
        "module.Sequential.backward": "Backpropagation",
        "module.Module.zero_grad": "Backpropagation",
        "layers.mlp": "Multi-layer Neural Network",
        "layers.Residual.backward": "Backpropagation",
        "module.count_parameters": "Multi-layer Neural Network: Deep Networks",
    },
    hints={
        "layers.Linear.forward": (
            "Take one sample of two numbers and a layer of three units. Write down the shapes of "
            "what you multiply: which axes have to be equally long?"
        ),
        "layers.Linear.backward": (
            "Take a batch of two rows. Which rows has a single weight worked on, and which rows "
            "has the bias? What shape does each of the three gradients need, and what happens to "
            "the axis of the batch in each?"
        ),
        "layers.Sigmoid.backward": (
            "Two tables are kept from the way forward: what went in, and what came out. Which of "
            "them belongs into your formula? Try an input of 0, where the slope is a quarter."
        ),
        "layers.Tanh.backward": (
            "Two tables are kept from the way forward: what went in, and what came out. Which of "
            "them belongs into your formula? Try an input of 2, where the curve is almost flat."
        ),
        "layers.ReLU.backward": (
            "Take an input of −1 and one of 3, each with a gradient of 5 from above. Which of the "
            "two can still change the loss?"
        ),
        "module.Sequential.forward": (
            "With two modules: what is the second one given? Print the shape of what stands "
            "between them."
        ),
        "module.Sequential.backward": (
            "Which module made the result that the loss has seen? Write the modules in the order "
            "in which the gradient meets them, with the shape that each takes and gives."
        ),
        "module.Module.zero_grad": (
            "What stands in a gradient after one backward, and after a second one with nothing "
            "between them? Which parameters of a network within a network does yours reach?"
        ),
        "layers.mlp": (
            "Write the network of the sizes (4, 5, 6, 2) as a list. How many linear layers has "
            "it, how many activations, and what stands at its end?"
        ),
        "layers.Residual.backward": (
            "The input reaches the result in two ways. By how much does the result change through "
            "each of them when the input changes by 0.01?"
        ),
        "module.count_parameters": (
            "How many numbers can be trained in a layer from 4 inputs to 3 units? How many in a "
            "network in which that layer stands twice?"
        ),
    },
    takes={
        "layers.Linear.forward": {"one row": "x"},
        "layers.Linear.backward": {"one row": "x grad_output"},
        "layers.Sigmoid.backward": {"axes": "x grad_output", "one row": "x grad_output"},
        "layers.Tanh.backward": {"axes": "x grad_output", "one row": "x grad_output"},
        "layers.ReLU.backward": {"axes": "x grad_output", "one row": "x grad_output"},
        "module.Sequential.forward": {"axes": "x", "one row": "x"},
        "module.Sequential.backward": {"axes": "grad_output", "one row": "grad_output"},
        "layers.Residual.backward": {"one row": "x grad_output"},
    },
)


def batch_and_layer(rng, batch=5, in_features=4, out_features=3):
    """Draw a batch, and weight and bias of a layer for it."""
    return {
        "x": short_numbers(rng, batch, in_features),
        "weight": short_numbers(rng, out_features, in_features),
        "bias": short_numbers(rng, out_features) + 0.125,
    }


def fixed(**sizes):
    """Make a case that is asked whatever the seed, for sizes at which some mistakes hide."""
    return batch_and_layer(np.random.default_rng(5), **sizes)


THIRDS = {"x": np.array([[0.1, -0.7]]), "weight": np.eye(2) / 3, "bias": np.array([0.9, 0.3])}
"""Numbers that no short type holds."""
ONE_ROW: dict[str, Any] = {"batch": 1, "in_features": 3, "out_features": 2}
SQUARE = {"batch": 3, "in_features": 3, "out_features": 3}


def linear(student, weight, bias):
    """Make a Linear layer with the given weight and bias."""
    out_features, in_features = weight.shape
    layer = student.layers.Linear(in_features, out_features, rng=np.random.default_rng(0))
    layer.weight.data[...], layer.bias.data[...] = weight, bias
    return layer


@lab.check(
    "layers.Linear.forward",
    points=2,
    draw=batch_and_layer,
    always=[fixed(**ONE_ROW), fixed(**SQUARE), THIRDS],
)
@shown(
    "Linear: forward(2 * x), then with weight and bias forward(x)",
    picture=pictures.entries("Outputs: a row for each sample, a column for each unit"),
)
def linear_forward(student, x, weight, bias):
    """Linear.forward maps every row of x to W x + b."""
    layer = linear(student, -weight, bias + 1)
    layer.forward(2 * x)
    layer.weight.data[...], layer.bias.data[...] = weight, bias
    return layer.forward(x)


def layer_and_gradient(rng, **sizes):
    """Draw a batch, a layer, and what the loss hands back to it."""
    case = batch_and_layer(rng, **sizes)
    return {**case, "grad_output": short_numbers(rng, len(case["x"]), len(case["bias"])) / 4}


check_linear_backward = partial(
    lab.check,
    "layers.Linear.backward",
    points=2,
    draw=layer_and_gradient,
    always=[
        layer_and_gradient(np.random.default_rng(6), **ONE_ROW),
        layer_and_gradient(np.random.default_rng(7), **SQUARE),
    ],
    judge=gradient_agrees,
    needs=[linear_forward],
)
BACK = "Linear of weight and bias: forward(x), backward(grad_output)"


def linear_evidence(student, x, weight, bias, grad_output, of):
    """Run a layer with other weights on other data, then on x; measure the gradient of one input."""
    layer = linear(student, -weight, bias)
    layer.forward(2 * x[:1])
    layer.backward(grad_output[:1].copy())
    layer.weight.data, layer.bias.data = weight, bias
    layer.weight.grad, layer.bias.grad = np.zeros_like(weight), np.zeros_like(bias)
    layer.forward(x.copy())
    grad_input = layer.backward(grad_output.copy())
    if of == "x":
        grad_input = layer.backward(grad_output.copy())
    given = {"x": x, "weight": weight, "bias": bias}

    def loss(at):
        moved = given | {of: at}
        y = linear(student, moved["weight"], moved["bias"]).forward(moved["x"])
        return np.sum(y * grad_output)

    claimed = grad_input if of == "x" else getattr(layer, of).grad
    return gradient_evidence(loss, at=given[of], claimed=claimed)


@check_linear_backward(points=1)
@shown(f"{BACK} twice: the second result", slides="Hidden layer gradient")
def linear_grad_input(student, x, weight, bias, grad_output):
    """Linear.backward returns dL/dx, as small steps of x measure it."""
    return linear_evidence(student, x, weight, bias, grad_output, of="x")


@check_linear_backward(points=1, unchanged=["weight"])
@shown(BACK)
def linear_grad_weight(student, x, weight, bias, grad_output):
    """Linear.backward leaves dL/dW in weight.grad, as small steps of the weights measure it."""
    return linear_evidence(student, x, weight, bias, grad_output, of="weight")


@check_linear_backward(points=1, unchanged=["bias"])
@shown(BACK)
def linear_grad_bias(student, x, weight, bias, grad_output):
    """Linear.backward leaves dL/db in bias.grad, as small steps of the bias measure it."""
    return linear_evidence(student, x, weight, bias, grad_output, of="bias")


def with_bias(value):
    """Put the gradients of weights and bias side by side, for a picture."""
    return np.column_stack([value["weight.grad"], np.ravel(value["bias.grad"])])


@lab.check(
    "layers.Linear.backward", draw=layer_and_gradient, needs=[linear_grad_weight, linear_grad_bias]
)
@shown(
    "Linear of weight and bias: forward(x), backward(grad_output), both again with rows 1 to 3, backward once more",
    picture=pictures.entries(
        "Gradients after all calls: weights, and the bias in the last column", of=with_bias
    ),
)
def gradients_add_up(student, x, weight, bias, grad_output):
    """Linear.backward adds to the gradients at each call, and leaves the weights as they are."""
    layer = linear(student, weight, bias)
    for rows in (slice(None), slice(1, 4)):
        layer.forward(x[rows].copy())
        layer.backward(grad_output[rows].copy())
    layer.backward(2 * grad_output[1:4])
    return {
        "weight.grad": layer.weight.grad,
        "bias.grad": layer.bias.grad,
        "weight.data": layer.weight.data,
        "bias.data": layer.bias.data,
    }


def activations(rng):
    """Draw pre-activations away from ReLU's kink, and gradients of both signs for each sign."""
    x = rng.permutation([0.3, -0.6, 0.2, -0.1, *short_numbers(rng, 11)])
    return {"x": x.reshape(5, 3), "grad_output": short_numbers(rng, 5, 3)}


FLAT_AND_KINK = {
    "x": np.array([[0.0, 1000.0, -1000.0, 2.0]]),
    "grad_output": np.array([[2.0, 2.0, 2.0, -1.0]]),
}
forth_and_back = shown("forward(x), then backward(grad_output) twice: the second result")


def activation_gradient(module, x, grad_output):
    """Run an activation forth and back on other data, then forward on x and backward twice."""
    layer = module()
    layer(x / 2 + 0.05)
    layer.backward(grad_output.copy())
    layer(x.copy())
    layer.backward(grad_output.copy())
    return gradient_evidence(
        lambda at: np.sum(module()(at) * grad_output),
        at=x,
        claimed=layer.backward(grad_output.copy()),
    )


@lab.check(
    "layers.Sigmoid.backward", draw=activations, always=[FLAT_AND_KINK], judge=gradient_agrees
)
@forth_and_back
def sigmoid_backward(student, x, grad_output):
    """Sigmoid.backward returns dL/da, as small steps of a measure it."""
    return activation_gradient(student.layers.Sigmoid, x, grad_output)


@lab.check("layers.Tanh.backward", draw=activations, always=[FLAT_AND_KINK], judge=gradient_agrees)
@forth_and_back
def tanh_backward(student, x, grad_output):
    """Tanh.backward returns dL/da, as small steps of a measure it."""
    return activation_gradient(student.layers.Tanh, x, grad_output)


@lab.check("layers.ReLU.backward", draw=activations, always=[FLAT_AND_KINK], judge=gradient_agrees)
@forth_and_back
def relu_backward(student, x, grad_output):
    """ReLU.backward returns dL/da, as small steps of a measure it."""
    return activation_gradient(student.layers.ReLU, x, grad_output)


def stack_of_lines(student, factors, log):
    """Stack modules that map x to factor · x + 1, and log which is called, and what gradient it gets."""

    class Line(student.module.Module):  # type: ignore[misc, name-defined]
        def __init__(self, number, factor):
            self.number, self.factor = number, factor

        def __call__(self, x):
            log.append(f"module {self.number}")
            return super().__call__(x)

        def forward(self, x):
            return self.factor * x + 1

        def backward(self, grad_output):
            log.append((self.number, np.array(grad_output)))
            return self.factor * grad_output

    lines = [Line(number, float(factor)) for number, factor in enumerate(factors, 1)]
    return student.module.Sequential(*lines)


def stack(rng):
    """Draw the factors of three to five modules, and a batch."""
    return {
        "factors": short_numbers(rng, int(rng.integers(3, 6))),
        "x": short_numbers(rng, 2, 3),
    }


@lab.check("module.Sequential.forward", draw=stack)
@shown(
    "Sequential of modules with the factors, each factor · input + 1, the last added after a first call: forward(x)",
    picture=pictures.entries("Outputs: a row for each sample", of=lambda value: value["result"]),
)
def sequential_forward(student, factors, x):
    """Sequential.forward calls every module with the result of the one before."""
    log: list[Any] = []
    net = stack_of_lines(student, factors, log)
    last = net.modules.pop()
    net.forward(2 * x)
    net.modules.append(last)
    log.clear()
    return {"result": net.forward(x), "called as module(x)": log}


def stack_and_gradient(rng):
    """Draw the factors of some modules, and what the loss hands back to them."""
    factors, grad_output = stack(rng).values()
    return {"factors": factors, "grad_output": grad_output}


@lab.check("module.Sequential.backward", draw=stack_and_gradient, needs=[sequential_forward])
@shown(
    "Sequential of modules with the factors, each factor · input + 1, the last added after a first call: backward(grad_output)",
    picture=pictures.entries("dL/dx: a row for each sample", of=lambda value: value["dL/dx"]),
)
def sequential_backward(student, factors, grad_output):
    """Sequential.backward hands each module, last to first, the gradient from the one above."""
    log: list[Any] = []
    net = stack_of_lines(student, factors, log)
    last = net.modules.pop()
    net.forward(grad_output.copy())
    net.backward(grad_output.copy())
    net.modules.append(last)
    net.forward(2 * grad_output)
    log.clear()
    return {"dL/dx": net.backward(grad_output.copy()), "asked, in order": log}


PARTS = [
    linear_grad_input,
    linear_grad_weight,
    linear_grad_bias,
    sigmoid_backward,
    tanh_backward,
    sequential_backward,
]


def network(rng):
    """Draw a batch of three classes, and all parameters of a network for it."""
    return {
        "x": short_numbers(rng, 4, 2),
        "target": rng.permutation([0, 1, 2, 2]),
        "parameters": rng.uniform(-1, 1, size=(2 + 1) * 4 + (4 + 1) * 3 + (3 + 1) * 3),
    }


PARAMETERS = (
    ("the first layer's weight", (4, 2)),
    ("the first layer's bias", (4,)),
    ("the second layer's weight", (3, 4)),
    ("the second layer's bias", (3,)),
    ("the third layer's weight", (3, 3)),
    ("the third layer's bias", (3,)),
)


@lab.check("module.Sequential.backward", draw=network, judge=gradient_of(PARAMETERS), needs=PARTS)
@shown("backward through Linear(2, 4), Tanh, Linear(4, 3), Sigmoid, Linear(3, 3), of parameters")
def whole_network(student, x, target, parameters):
    """Backpropagation gives the gradient of every parameter of a network with two hidden layers."""
    layers, rng = student.layers, np.random.default_rng(0)

    def run(values):
        net = student.module.Sequential(
            layers.Linear(2, 4, rng=rng),
            layers.Tanh(),
            layers.Linear(4, 3, rng=rng),
            layers.Sigmoid(),
            layers.Linear(3, 3, rng=rng),
        )
        start = 0
        for parameter in net.parameters():
            stop = start + parameter.data.size
            parameter.data[...] = values[start:stop].reshape(parameter.data.shape)
            start = stop
        loss = student.losses.CrossEntropyLoss()
        return net, loss, loss(net.forward(x), target)

    net, loss, _ = run(parameters)
    net.backward(loss.backward())
    claimed = np.concatenate([np.ravel(parameter.grad) for parameter in net.parameters()])
    return gradient_evidence(lambda values: run(values)[2], at=parameters, claimed=claimed)


def gradients(rng):
    """Draw values and gradients, one of which an explosion has left infinite."""
    grads = short_numbers(rng, 5, 3)
    grads[3, 1] = np.inf
    return {"data": short_numbers(rng, 5, 3), "grads": grads}


@lab.check("module.Module.zero_grad", draw=gradients)
@shown(
    "zero_grad() of a module with parts, whose parameters have data and grads",
    picture=pictures.entries(
        "Gradients after zero_grad: a row for each parameter", of=lambda value: value["grad"]
    ),
)
def zero_grad(student, data, grads):
    """zero_grad sets the gradient of every parameter to zero, those of parts too, and no data."""
    made = [student.module.Parameter(*pair) for pair in zip(data, grads, strict=True)]
    net, part, inner, deep = (student.module.Module() for _ in range(4))
    net.weight, net.bias, net.part, net.modules = made[0], made[1], part, [inner]
    part.weight, part.part, inner.weight, deep.weight = made[2], deep, made[3], made[4]
    net.zero_grad()
    return {"grad": [p.grad for p in made], "data": [p.data for p in made]}


def sizes_and_activation(rng):
    """Draw a network: its sizes, all different, and its activation."""
    sizes = rng.permutation([2, 3, 4, 5, 6])[: rng.integers(4, 6)]
    return {"sizes": tuple(sizes.tolist()), "activation": str(rng.choice(["Tanh", "ReLU"]))}


def described(net):
    """Describe the modules of a network in order, those in stacks within it too."""
    found = []

    def visit(module):
        if isinstance(getattr(module, "modules", None), list):
            for part in module.modules:
                visit(part)
        else:
            found.append(module)

    visit(net)
    texts = []
    for number, module in enumerate(found):
        weight = getattr(getattr(module, "weight", None), "data", None)
        sizes = "" if weight is None else ", ".join(map(str, weight.shape[::-1]))
        again = any(module is earlier for earlier in found[:number])
        texts.append(f"{type(module).__name__}({sizes}){' once more' if again else ''}")
    return texts


DEEP = {"sizes": (2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 3, 2), "activation": "ReLU"}


@lab.check(
    "layers.mlp",
    draw=sizes_and_activation,
    always=[
        {"sizes": (3, 5, 2), "activation": "Sigmoid"},
        {"sizes": (4, 3), "activation": "Tanh"},
        DEEP,
    ],
)
@shown("mlp(sizes, activation, rng=rng)")
def mlp(student, sizes, activation):
    """mlp stacks Linear layers, with a new activation after every one but the last."""
    kind = getattr(student.layers, activation)
    net = student.layers.mlp(sizes, kind, rng=np.random.default_rng(0))
    return None if net is None else described(net)


@lab.check(
    "layers.mlp",
    draw=lambda rng: {"seed": int(rng.integers(1, 2**31))},
    cases=2,
    judge=comes_from_generator,
    needs=[mlp],
)
@shown(
    "mlp((3, 3, 3, 2), Tanh, rng=rng), from equal generators, from another, and once more from the first"
)
def mlp_weights(student, seed):
    """mlp draws the weights of every layer from the generator that it is given."""

    def weights(rng):
        net = student.layers.mlp((3, 3, 3, 2), student.layers.Tanh, rng=rng)
        return [parameter.data for parameter in net.parameters() if parameter.data.ndim > 1]

    rng, equal, other = map(np.random.default_rng, (seed, seed, seed + 1))
    return {
        "first": weights(rng),
        "again": weights(equal),
        "other": weights(other),
        "next": weights(rng),
    }


def first_parameters(rng, n_in, n_hidden):
    """Draw weights and biases of a network with one hidden layer and one output."""
    shapes = ((n_hidden, n_in), (1, n_hidden))
    weights = [rng.normal(0, shape[1] ** -0.5, size=shape) for shape in shapes]
    return [part for w in weights for part in (w, rng.normal(0, 0.1, size=len(w)))]


def taught(student, net, x, target, parameters, *, lr, steps):
    """Train a network from given parameters on the mean squared error, with momentum 0.9."""
    for parameter, values in zip(net.parameters(), parameters, strict=True):
        parameter.data[...] = values
    loss, losses = student.losses.MSELoss(), []
    velocities = [np.zeros_like(parameter.data) for parameter in net.parameters()]
    for _ in range(steps):
        net.zero_grad()
        losses.append(float(loss(net(x), target)))
        net.backward(loss.backward())
        for parameter, velocity in zip(net.parameters(), velocities, strict=True):
            velocity[...] = 0.9 * velocity + parameter.grad
            parameter.data -= lr * velocity
    return {"outputs": net(x), "losses": np.array(losses)}


TRAINS = [mlp, mlp_weights, whole_network, zero_grad]


def xor(rng):
    """Draw a network for XOR."""
    return {
        "x": np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]),
        "target": np.array([[0.0], [1.0], [1.0], [0.0]]),
        "parameters": first_parameters(rng, 2, 16),
    }


@lab.check("layers.mlp", draw=xor, cases=1, judge=fits(0.25), needs=TRAINS)
@shown(
    "mlp((2, 16, 1), Tanh, rng=rng) with these parameters, trained 300 steps on XOR",
    slides="Capacity of Neural Network",
)
def learns_xor(student, x, target, parameters):
    """A network with one hidden layer learns XOR, which no single neuron can.

    The logarithm of the largest error after 300 steps has mean −15.9 and standard deviation 0.46
    over 600 starts; the bound is 31 deviations above. Without hidden units the error is 0.5.
    """
    net = student.layers.mlp((2, 16, 1), student.layers.Tanh, rng=np.random.default_rng(0))
    return taught(student, net, x, target, parameters, lr=0.1, steps=300)


def sine(rng):
    """Draw 21 points of a sine of any phase."""
    x = np.linspace(-3, 3, 21).reshape(-1, 1)
    phase = rng.uniform(-np.pi, np.pi)
    return {"x": x, "target": np.sin(x + phase), "parameters": first_parameters(rng, 1, 32)}


@lab.check("layers.mlp", draw=sine, cases=1, judge=fits(0.5), needs=TRAINS)
@shown(
    "mlp((1, 32, 1), Tanh, rng=rng) with these parameters, trained 500 steps on points of a sine",
    slides="Capacity of Neural Network",
)
def fits_a_sine(student, x, target, parameters):
    """A network with one hidden layer fits a sine, as the universal approximation theorem says.

    Over 600 starts and phases, the logarithm of the largest error after 500 steps has mean −2.8 and
    standard deviation 0.30; the bound is 7 deviations above. Without hidden units the error is at
    least 0.77.
    """
    net = student.layers.mlp((1, 32, 1), student.layers.Tanh, rng=np.random.default_rng(0))
    return taught(student, net, x, target, parameters, lr=0.05, steps=500)


def square_layer(rng):
    """Draw a layer with as many outputs as inputs, and what comes from above."""
    drawn = batch_and_layer(rng, batch=4, in_features=3, out_features=3)
    return {**drawn, "grad_output": short_numbers(rng, 4, 3)}


@lab.check(
    "layers.Residual.backward",
    draw=square_layer,
    judge=gradient_agrees,
    needs=[linear_forward, linear_grad_input, linear_grad_weight, linear_grad_bias],
)
@shown("Residual(Linear(3, 3)).backward(grad_output), after forward(x)")
def residual_backward(student, x, weight, bias, grad_output):
    """What feeds two gets the gradients of both, added."""
    block = student.layers.Residual(linear(student, weight, bias))
    block.forward(x)
    return gradient_evidence(
        lambda x: float((block.forward(x) * grad_output).sum()),
        at=x,
        claimed=block.backward(grad_output),
    )


@lab.check(
    "layers.Residual.backward", draw=square_layer, needs=[residual_backward, gradients_add_up]
)
@shown("Residual(Linear(3, 3)).backward(grad_output) after forward(x), twice; then the inner .grad")
def residual_parameters(student, x, weight, bias, grad_output):
    """Each call adds the inner module's gradients once, and keeps nothing of its own."""
    inner = linear(student, weight, bias)
    block = student.layers.Residual(inner)
    block.forward(x)
    returned = [block.backward(grad_output), block.backward(grad_output)]
    return {"returned": returned, "weight": inner.weight.grad, "bias": inner.bias.grad}


def networks(rng):
    """Draw the sizes of a network."""
    sizes = tuple(rng.integers(1, 9, size=rng.integers(2, 6)).tolist())
    return {"sizes": sizes, "state": "as made"}


NETWORKS = table(
    "sizes state",
    ((2, 8, 3), "as made"),
    ((1, 1), "as made"),
    ((784, 100, 10), "as made"),
    ((3, 4, 4), "the last layer twice"),
    ((3, 5, 2), "in float32"),
    ((4, 3), "in evaluation"),
)


@lab.check("module.count_parameters", draw=networks, always=NETWORKS)
@shown("count_parameters of a network of Linear layers of these sizes, some in a module within")
def count_parameters(student, sizes, state):
    """count_parameters counts every entry of every weight and bias once, in modules within modules too."""
    layers = [student.layers.Linear(a, b, rng=np.random.default_rng(0)) for a, b in pairwise(sizes)]
    twice = state == "the last layer twice"
    inner = student.module.Sequential(*layers[:-1])
    net = student.module.Sequential(inner, *layers[-1:] * (1 + twice))
    if state == "in float32":
        net.astype(np.float32)
    return student.module.count_parameters(net.train(state != "in evaluation"))
