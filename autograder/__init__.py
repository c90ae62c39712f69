"""The checker: asks a submission's code questions, judges the answers, names the mistakes."""

__all__ = [
    "check",
    "figure",
    "load_ipython_extension",
    "observe",
    "predict",
    "unload_ipython_extension",
]


def check(check_id: str) -> float:
    """Grade one check of the files in this folder, print the report, and return the points."""
    from autograder.student.notebook_cell import check_here  # noqa: PLC0415  the package stays light

    return check_here(check_id)


def figure(name: str) -> None:
    """Draw a figure of the lecture by your own modules, below the cell."""
    from autograder.student.notebook_cell import figure_here  # noqa: PLC0415  the package stays light

    figure_here(name)


def predict(name: str, value: object = ...) -> None:
    """Say what you expect of an experiment, before it is run: a number, or one of the named choices."""
    from autograder.student.notebook_cell import predict_here  # noqa: PLC0415  the package stays light

    predict_here(name, value)


def observe(name: str) -> float:
    """Run an experiment by your own modules, and set what came out beside what you predicted."""
    from autograder.student.notebook_cell import observe_here  # noqa: PLC0415  the package stays light

    return observe_here(name)


def load_ipython_extension(shell: object) -> None:
    """Let a notebook say `%load_ext autograder`: check() then reloads what it grades."""
    from autograder.student.notebook_cell import follow  # noqa: PLC0415  the package itself stays light

    follow(shell)


def unload_ipython_extension(shell: object) -> None:
    """Let check() leave the notebook's modules alone again."""
    from autograder.student.notebook_cell import leave  # noqa: PLC0415  the same

    leave(shell)
