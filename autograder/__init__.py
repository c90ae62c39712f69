"""The checker: asks a submission's code questions, judges the answers, names the mistakes."""

__all__ = ["check", "load_ipython_extension", "unload_ipython_extension"]


def check(check_id: str) -> float:
    """Grade one check of the files in this folder, print the report, and return the points."""
    from autograder.student.notebook_cell import check_here  # noqa: PLC0415  the package stays light

    return check_here(check_id)


def load_ipython_extension(shell: object) -> None:
    """Let a notebook say `%load_ext autograder`: it has check(), which then reloads what it grades."""
    from autograder.student.notebook_cell import follow  # noqa: PLC0415  the package itself stays light

    follow(shell)


def unload_ipython_extension(shell: object) -> None:
    """Let check() leave the notebook's modules alone again."""
    from autograder.student.notebook_cell import leave  # noqa: PLC0415  the same

    leave(shell)
