"""What holds the code: a tuple of layers, outermost first; `process` where there is no other."""

from autograder.sandbox.question import SandboxError

__all__ = ["HIDES_FILES", "Layers", "hides_files", "holds", "refuse_less"]

Layers = tuple[str | frozenset[str], ...]
"""Layers that are wanted; of a set of them, one will do."""

HIDES_FILES: Layers = (frozenset({"bubblewrap", "landlock"}),)
"""The layers of which one keeps other files out of reach; seccomp alone leaves them open."""


def hides_files(isolation: tuple[str, ...]) -> bool:
    """Return whether an isolation keeps other files out of reach.

    >>> hides_files(("landlock", "seccomp")), hides_files(("seccomp",)), hides_files(("process",))
    (True, False, False)
    """
    return holds(isolation, HIDES_FILES)


def holds(isolation: tuple[str, ...], wanted: Layers) -> bool:
    """Return whether an isolation has every layer that is wanted.

    >>> holds(("bubblewrap", "landlock", "seccomp"), ("landlock", "seccomp"))
    True
    >>> holds(("process",), ("seccomp",)), holds(("seccomp",), ("process",)), holds(("seccomp",), ())
    (False, True, True)
    """
    have = {*isolation, "process"}
    return all(have & ({layer} if isinstance(layer, str) else layer) for layer in wanted)


def refuse_less(isolation: tuple[str, ...], promised: Layers) -> None:
    """Require every layer of an isolation that was promised.

    Raises: SandboxError if it has not.
    """
    if not holds(isolation, promised):
        sets = ([layer] if isinstance(layer, str) else sorted(layer) for layer in promised)
        wanted = "+".join(" or ".join(layers) for layers in sets)
        raise SandboxError(
            f"only {'+'.join(isolation)} would hold the code, where {wanted} was promised"
        )
