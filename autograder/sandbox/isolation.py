"""What holds the code, as it is written down: layers, outermost first, with + between them."""

from autograder.sandbox.question import SandboxError

__all__ = ["HIDES_FILES", "hides_files", "holds", "refuse_less"]

HIDES_FILES = "bubblewrap|landlock"
"""The layers of which one keeps other files out of reach; seccomp alone leaves them open."""


def hides_files(isolation: str) -> bool:
    """Tell whether an isolation keeps other files out of reach.

    >>> hides_files("landlock+seccomp"), hides_files("seccomp"), hides_files("process")
    (True, False, False)
    """
    return holds(isolation, HIDES_FILES)


def holds(isolation: str, wanted: str) -> bool:
    """Tell whether an isolation has every layer that is wanted; with | between them, one will do.

    >>> holds("bubblewrap+landlock+seccomp", "landlock+seccomp"), holds("process", "seccomp")
    (True, False)
    >>> holds("bubblewrap+seccomp", HIDES_FILES), holds("seccomp", HIDES_FILES)
    (True, False)
    """
    have = {*isolation.split("+"), "process", ""}
    return all(not have.isdisjoint(layer.split("|")) for layer in wanted.split("+"))


def refuse_less(isolation: str, promised: str) -> None:
    """See that an isolation has every layer of one that was promised.

    Raises: SandboxError if it has not.
    """
    if not holds(isolation, promised):
        wanted = promised.replace("|", " or ")
        raise SandboxError(f"only {isolation} would hold the code, where {wanted} was promised")
