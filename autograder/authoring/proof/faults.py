"""Mutants of the second kind: a fault around a body, which is right when it is called once by itself.

A body that writes over its argument, keeps its first answer or draws from a generator of its own has
the right formula. The reference is wrapped in such a fault, exercise by exercise. A fault acts only
where it can, such as on an array that was given; its `probe` raises there instead. A fault that no
check ever lets act, as its probe shows, is not counted, unless the task promises to take such data.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.authoring.proof.mutants import Mutant
from autograder.course.lab import Lab
from autograder.course.reference import reference_text
from autograder.sandbox import Source

__all__ = ["CALL", "FAULTS", "Fault", "OPERATOR", "faults_of"]

OPERATOR = "Fault"
CALL = "every call"
"""What stands for the right line in a list of equivalent mutants."""

WRAPPER = '''

def _faulty(right):
    import copy
    import functools

    import numpy

    kept = {{}}

    def acts():
        {probe}

    def wrong_for(result):
        """Change a result so that it is wrong; one that cannot be changed stays as it is."""
        if isinstance(result, tuple | list):
            return type(result)(wrong_for(part) for part in result)
        if isinstance(result, bool | numpy.bool_):
            acts()
            return not result
        if isinstance(result, int | float | numpy.number | numpy.ndarray):
            acts()
            return ~result if getattr(result, "dtype", None) == bool else result + 1
        for name, part in [*getattr(result, "__dict__", {{}}).items()]:  # an object that was fitted
            setattr(result, name, part - 1 if isinstance(part, numpy.ndarray) else part)
        return result

    @functools.wraps(right)
    def wrong(*args, **kwargs):
        given = [*args, *kwargs.values()]
        arrays = [part for part in given if isinstance(part, numpy.ndarray)]
        own = vars(args[0]) if {is_method} else {{}}
        {body}

    return wrong


{owner}{name} = _faulty({owner}{name})
'''


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong around a body."""

    body: str
    """The wrapper's statements, where `right` is the function as it should be."""
    needs: str = ""
    """A general question that must be asked, or data that the task must promise to take."""
    methods_only: bool = False


def _generator(made: str) -> str:
    return f"""
for held in (kwargs, own):
    for name, part in [*held.items()]:
        if isinstance(part, numpy.random.Generator):
            acts()
            held[name] = {made}
            kept[name] = part
result = right(*args, **kwargs)
own.update({{name: part for name, part in kept.items() if name in own}})
return result
"""


FAULTS = {
    "argument changed in place after use": Fault(
        """
result = right(*args, **kwargs)
for array in arrays[:1]:
    if array.size and array.flags.writeable:
        acts()
        array[...] = array * 0 + 1 if (array != 1).any() else 0
return result
"""
    ),
    "one buffer for all results": Fault(
        """
result = right(*args, **kwargs)
if not isinstance(result, numpy.ndarray) or not result.size:
    return result
place = result.shape, result.dtype
if place in kept:
    acts()
held = kept.setdefault(place, numpy.empty_like(result))
held[...] = result
return held
"""
    ),
    "first answer kept": Fault(
        """
if "first" in kept:
    acts()
    return copy.deepcopy(kept["first"])
result = right(*args, **kwargs)
if result is not None:
    kept["first"] = copy.deepcopy(result)
return result
"""
    ),
    "wrong from the second call on": Fault(
        """
result = right(*args, **kwargs)
if "called" in kept:
    return wrong_for(result)
kept["called"] = True
return result
"""
    ),
    "state kept on the class": Fault(
        """
before = dict(own)
result = right(*args, **kwargs)
for name in [n for n in own if n not in before or own[n] is not before[n]]:
    acts()
    setattr(type(args[0]), name, own.pop(name))
return result
""",
        needs="objects",
        methods_only=True,
    ),
    **{
        f"generator {what}": Fault(_generator(made), needs="generator")
        for what, made in (
            ("fixed", "numpy.random.default_rng(0)"),
            ("copied", "copy.deepcopy(part)"),
            ("fresh", "numpy.random.default_rng()"),
        )
    },
    "wrong for a view": Fault(
        """
result = right(*args, **kwargs)
return wrong_for(result) if any(not a.flags.c_contiguous for a in arrays) else result
""",
        needs="layout",
    ),
    "wrong for integers": Fault(
        """
result = right(*args, **kwargs)
return wrong_for(result) if any(a.dtype.kind in "iu" for a in arrays) else result
""",
        needs="integers",
    ),
    "wrong for one row": Fault(
        """
result = right(*args, **kwargs)
return wrong_for(result) if any(a.ndim > 1 and len(a) == 1 for a in arrays) else result
""",
        needs="one row",
    ),
    "the other mode": Fault(
        """
if "training" not in own:
    return right(*args, **kwargs)
acts()
own["training"] = not own["training"]
try:
    return right(*args, **kwargs)
finally:
    own["training"] = not own["training"]
""",
        methods_only=True,
    ),
    "result transposed": Fault(
        """
result = right(*args, **kwargs)
if not isinstance(result, numpy.ndarray) or result.ndim < 2:
    return result
acts()
return result.T.copy()
"""
    ),
}
"""The faults, by name."""

PROMISED = ("integers", "one row")
"""Faults that need one of these count wherever the task promises to take such data."""


def faults_of(lab: Lab) -> Iterator[tuple[Mutant, Source | None]]:
    """Make the faults of a lab's exercises, each with its probe; None where it counts in any case."""
    for exercise in lab.exercises:
        takes = lab.takes.get(exercise, {})
        apart = lab.apart.get(exercise, {})
        is_method = exercise.count(".") > 1
        for name, fault in FAULTS.items():
            if fault.methods_only and not is_method:
                continue
            if fault.needs in apart or (fault.needs in PROMISED and fault.needs not in takes):
                continue
            source, probe = (_wrapped(exercise, fault, probe=probe) for probe in (False, True))
            promised = fault.needs in PROMISED
            yield Mutant(exercise, OPERATOR, CALL, name, source), None if promised else probe


def _wrapped(exercise: str, fault: Fault, *, probe: bool) -> Source:
    """Write the reference's module with a fault around one exercise."""
    module, *classes, name = exercise.split(".")
    wrapper = WRAPPER.format(
        probe='raise RuntimeError("It acts.")' if probe else "pass",
        is_method=bool(classes),
        body=fault.body.strip().replace("\n", "\n        "),
        owner="".join(f"{part}." for part in classes),
        name=name,
    )
    return Source(f"{module}.py", (reference_text(module) + wrapper).encode())
