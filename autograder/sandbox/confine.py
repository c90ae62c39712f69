"""What a child of the worker gives up before any code of a submission runs in it.

    layer       takes away                                                         where
    landlock    every file but Python, numpy, the checks and a folder of its own   Linux ≥ 5.13
    seccomp     processes, programs, sockets, signals, what administers machines   Linux

Both hold for an ordinary user, need nothing installed, and cannot be taken back. The worker prepares
them once; a child binds itself with a few calls.
"""

import os
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
    mounts: bool = False

    @classmethod
    def prepare(cls, scratch: str) -> "Confinement":
        """Prepare all layers there are, and give up in this process what no worker needs.

        Children will find their folders below `scratch`; where the system lets it, the worker keeps
        the power to mount something there, and a child gives that up as well.

        Raises: OSError where the kernel refuses what it offers.
        """
        there = layers()
        if not there:
            return cls()
        mounts = kernel.own_mounts()
        kernel.no_new_privileges()
        kernel.drop_capabilities(but=kernel.MAY_MOUNT if mounts else 0)
        rules = None
        if "landlock" in there:
            rules = landlock.ruleset(
                readable=visible.readable(), devices=visible.DEVICES, folders=(scratch,)
            )
        return cls(there, rules, seccomp.Filter() if "seccomp" in there else None, mounts)

    def enter(self, *, counted: bool = False) -> None:
        """Bind this process for good; of all below `scratch`, it may change its own folder only.

        A file that is removed lives on where it is mapped: only where all that is there is `counted`
        by the kernel, one may be removed.

        Raises: OSError where the kernel refuses.
        """
        if not self.layers:
            return
        kernel.drop_capabilities()
        if self.rules is not None:
            landlock.bind(self.rules)
            own = landlock.ruleset(
                devices=visible.DEVICES,
                folders=(os.curdir,),
                about=landlock.CHANGE,
                kept=landlock.KEEP_FILES if counted else landlock.ADD_FILES,
            )
            landlock.bind(own)
        if self.calls is not None:
            self.calls.install()
