"""A course may leave out labs: then no other may need what their students would have written."""

import re
from collections.abc import Iterator, Sequence

from autograder.course.catalogue import checks_path, engine_path, is_guest
from autograder.course.lab import Lab
from autograder.course.reference import imports, parsed
from autograder.errors import WrongUseError

__all__ = ["LeftOutError", "all_but"]


class LeftOutError(WrongUseError):
    """A lab cannot be left out: another one needs it."""


def all_but(labs: Sequence[Lab], left_out: Sequence[Lab]) -> tuple[Lab, ...]:
    """List the labs of an edition that leaves some out.

    Raises: LeftOutError if one of the others needs a module of one that is left out, or none is left.
    """
    kept = tuple(lab for lab in labs if lab not in left_out)
    if not kept:
        raise LeftOutError("All labs are left out: there would be no course.")
    gone = {module: lab for lab in left_out for module in lab.modules}
    for lab in kept:
        needed = [module for module in _needs(lab) if module in gone]
        if needed:
            other = gone[needed[0]]
            raise LeftOutError(
                f"{lab.id} needs {needed[0]}.py, which students write in {other.id}. "
                f"Leave out both: --without {lab.id} --without {other.id}"
            )
    if all(map(is_guest, kept)):
        raise LeftOutError("Only labs of other packages are left: keep one of the course's own.")
    return kept


def _needs(lab: Lab) -> Iterator[str]:
    """Go through the modules that a lab's own use, directly or through others, and those its checks ask."""
    waiting, seen = [*lab.modules], set[str]()
    checks = checks_path(lab).read_text(encoding="utf-8")
    waiting += re.findall(r"\bstudent\.(\w+)", checks)
    while waiting:
        module = waiting.pop()
        path = engine_path(module)
        if module in seen or not path.is_file():
            continue
        seen.add(module)
        yield module
        tree = parsed(path.read_bytes())
        for name, part in imports(tree) if tree else ():
            waiting += [name.lstrip(".").removeprefix("nnlab.").partition(".")[0], part]
