"""What one check may use of the machine. Beyond it the check ends, and nothing else does."""

from dataclasses import dataclass

__all__ = ["Limits", "MOST_STRETCH"]

MOST_STRETCH = 8
"""How many times the wall time a check may take on a machine that others keep busy."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one check; CPU time decides, wall time is the backstop for what sleeps.

    Time in which a check could run, and others had the machine, is not counted: see `MOST_STRETCH`.
    """

    cpu_seconds: int = 2
    wall_seconds: float = 15.0
    memory_mb: int = 1024
    result_mb: int = 32
    printed_kb: int = 64
    file_mb: int = 16
    open_files: int = 64

    def apply(self) -> None:
        """Bind this process and all it starts; on a system without rlimits, do nothing.

        A hard limit one second above the soft one catches code that ignores the first signal.
        """
        try:
            import resource  # noqa: PLC0415  not on every system
        except ImportError:
            return
        for name, soft, hard in (
            ("RLIMIT_CPU", self.cpu_seconds, self.cpu_seconds + 1),
            ("RLIMIT_AS", self.memory_mb << 20, self.memory_mb << 20),
            ("RLIMIT_FSIZE", self.file_mb << 20, self.file_mb << 20),
            ("RLIMIT_NOFILE", self.open_files, self.open_files),
            ("RLIMIT_NPROC", 0, 0),  # of more processes; a filter refuses them to root as well
            ("RLIMIT_CORE", 0, 0),
        ):
            if hasattr(resource, name):
                limit = getattr(resource, name)
                top = resource.getrlimit(limit)[1]  # the system's own may be lower: it stays
                bounded = top != resource.RLIM_INFINITY
                wanted = (min(soft, top), min(hard, top)) if bounded else (soft, hard)
                resource.setrlimit(limit, wanted)
