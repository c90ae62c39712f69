"""What a child of the worker gives up before any code of a submission runs in it.

    layer       takes away                                                        where
    landlock    every file but Python, numpy, the checks and an empty folder      Linux ≥ 5.13
    seccomp     processes, programs, sockets, signals, what administers machines  Linux

Both hold for an ordinary user, need nothing installed, and cannot be taken back. The worker prepares
them once; a child binds itself with one call each.
"""

from dataclasses import dataclass

from autograder.sandbox import kernel, landlock, seccomp, visible

__all__ = ["Confinement", "layers"]


def layers() -> tuple[str, ...]:
    """List the layers that this kernel has."""
    available = {"landlock": landlock.abi() > 0, "seccomp": seccomp.is_available()}
    return tuple(name for name, there in available.items() if there)


@dataclass(frozen=True, slots=True)
class Confinement:
    """The layers, prepared by the worker for its children."""

    layers: tuple[str, ...] = ()
    rules: int | None = None
    calls: seccomp.Filter | None = None

    @classmethod
    def prepare(cls, scratch: str) -> "Confinement":
        """Prepare all layers there are, and give up in this process what no worker needs.

        Raises: OSError where the kernel refuses what it offers.
        """
        there = layers()
        if not there:
            return cls()
        kernel.no_new_privileges()
        kernel.drop_capabilities()
        rules = None
        if "landlock" in there:
            rules = landlock.ruleset(
                readable=visible.readable(), devices=visible.DEVICES, folders=(scratch,)
            )
        return cls(there, rules, seccomp.Filter() if "seccomp" in there else None)

    def enter(self) -> None:
        """Bind this process for good.

        Raises: OSError where the kernel refuses.
        """
        if self.rules is not None:
            landlock.bind(self.rules)
        if self.calls is not None:
            self.calls.install()
