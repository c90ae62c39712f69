"""What to do after a report, in the one line that it ends with."""

from autograder.course.catalogue import find_lab
from autograder.course.lab import Status
from autograder.grading.explain import not_written
from autograder.grading.report import CheckResult, Report

__all__ = ["DONE", "next_step"]

DONE = {
    "lab01_gates": "Your neurons compute every gate, and XOR in two layers.",
    "lab02_hebb": "Your neuron learns gates from examples, by Hebb's rule.",
    "lab03_perceptron": "Your perceptron finds a line between two classes by itself.",
    "lab04_activations": "You have the activations and losses that your networks are made of.",
    "lab05_backprop": "Your layers find their own gradients: a network of yours learns XOR.",
    "lab06_descent": "Your descent walks downhill on any function whose gradient it is given.",
    "lab07_generalization": "Your scalers prepare data, and you can measure bias and variance.",
    "lab08_init": "Your weights carry a signal through many layers.",
    "lab09_optimizers": "Your optimizers, Adam too, train every network of your layers.",
    "lab10_training": "Your loop trains networks, stops in time, and searches hyperparameters.",
    "lab11_batchnorm": "Your networks can normalise their batches.",
    "lab12_dropout": "Your networks can train without relying on any single unit.",
    "lab13_capstone": "Your own library reads handwritten digits.",
    "lab14_hopfield": "Your network remembers patterns, and repairs damaged ones.",
}
"""What one's code can do once a lab is finished."""


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
    return f"Done. {DONE.get(report.lab, '')}".rstrip() + " Next: nnlab next"


def _mend(failed: CheckResult, *, watched: bool) -> str:
    check = failed.check
    if failed.fact != not_written(check):
        return "nnlab hint says more, nnlab case gives the call to paste."
    module, _, name = check.exercise.partition(".")
    then = "and save." if watched else f"then nnlab grade --check {check.id}"
    return f"write {name} in {module}.py, {then}"
