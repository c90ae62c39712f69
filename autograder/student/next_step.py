"""What to do after a report, in the one line that it ends with."""

from autograder.course.catalogue import find_lab
from autograder.course.lab import Status
from autograder.grading.explain import not_written
from autograder.grading.report import CheckResult, Report

__all__ = ["DONE", "next_step"]

DONE = {
    "lab01_gates": ("Your neurons compute every gate, and XOR in two layers.", "gates"),
    "lab02_hebb": ("Your neuron learns gates from examples, by Hebb's rule.", "hebb-bipolar"),
    "lab03_perceptron": ("Your perceptron finds a line between two classes itself.", "perceptron"),
    "lab04_activations": ("You have the activations and losses of your networks.", "activations"),
    "lab05_backprop": ("Your layers find their own gradients.", "your-network"),
    "lab06_descent": ("Your descent walks downhill, given the gradient.", "step-size"),
    "lab07_generalization": ("You can prepare data, and measure bias and variance.", "whitening"),
    "lab08_init": ("Your weights carry a signal through many layers.", "signal-flow"),
    "lab09_optimizers": ("Your Adam trains your network.", "your-network"),
    "lab10_training": ("Your loop trains your network, and stops in time.", "your-network"),
    "lab11_batchnorm": ("Your network can normalise its batches.", "your-network"),
    "lab12_dropout": ("Your network trains without relying on any one unit.", "your-network"),
    "lab13_capstone": ("Your own library reads handwritten digits.", "your-network"),
    "lab14_hopfield": ("Your network repairs damaged patterns.", "hopfield"),
}
"""What one's code can do once a lab is finished, and the figure that shows it."""


def next_step(report: Report, *, watched: bool = False) -> str:
    """Say what comes after a report, with the command to type; after a whole lab, what it has brought.

    What is `watched` is graded when it is saved.
    """
    failed = next((r for r in report.results if r.status is Status.FAILED), None)
    if failed is not None:
        return f"Next: {_mend(failed, watched=watched)}"
    if report.count(Status.ERROR):
        return f"Next: nnlab grade {report.lab}, once more."
    if report.count(Status.SKIPPED):
        return "Next: what the checks above wait for."
    if len(report.results) < len(find_lab(report.lab).checks):
        return f"Next: nnlab grade {report.lab}, which asks the whole lab."
    can, figure = DONE.get(report.lab, ("", ""))
    look = f"\nSee it: nnlab figure {figure}" if figure else ""
    return f"Done. {can}{look}".rstrip() + "\nNext: nnlab next"


def _mend(failed: CheckResult, *, watched: bool) -> str:
    check = failed.check
    if failed.fact != not_written(check):
        return "nnlab hint says more, nnlab case gives the call to paste."
    module, _, name = check.exercise.partition(".")
    then = "and save." if watched else f"then nnlab grade --check {check.id}"
    return f"write {name} in {module}.py, {then}"
