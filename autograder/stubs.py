"""Stubs: the engine's modules with the exercises' bodies cut out.

Each answer is written once, in the engine; what students get is generated from it. A stub keeps
docstrings, signatures, provided code and the comments outside the bodies; helpers and imports that
only a solution needs go with the bodies.
"""

import ast
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from autograder.check import Lab
from autograder.course import engine_path
from autograder.exercises import find_body, find_function, replace_lines

__all__ = ["FilledInError", "is_filled_in", "make_stub", "outdated", "stubs", "write_stubs"]


class FilledInError(Exception):
    """A file that would be overwritten holds somebody's work."""


def make_stub(lab: Lab, module: str) -> str:
    """Write the stub of one of a lab's modules.

    Raises: LookupError if the lab lists an exercise that the module does not have.
    """
    source = engine_path(module).read_text(encoding="utf-8")
    for exercise in _of(lab, module):
        function = find_function(ast.parse(source), exercise)
        first, last = find_body(source, exercise)
        indent = " " * (function.col_offset + 4)
        name = exercise.partition(".")[2]
        todo = f'{indent}raise NotImplementedError("{lab.id}: {name}")\n'
        source = replace_lines(source, first, last, todo)
    while smaller := _without_unused(source):
        source = smaller
    return source


def _of(lab: Lab, module: str) -> list[str]:
    return [exercise for exercise in lab.exercises if exercise.partition(".")[0] == module]


def _without_unused(source: str) -> str | None:
    """Take out the first private definition or standard import that nothing uses; None if all are."""
    tree = ast.parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and _is_read(node)}
    for node in tree.body:
        names = _private_names(node)
        if names and not names & used:
            return _without(source, node)
        if isinstance(node, ast.Import | ast.ImportFrom) and _is_dispensable(node):
            kept = [a for a in node.names if (a.asname or a.name).partition(".")[0] in used]
            if not kept:
                return _without(source, node)
            if len(kept) < len(node.names):
                node.names = kept
                first, last = node.lineno, node.end_lineno or node.lineno
                return replace_lines(source, first, last, ast.unparse(node) + "\n")
    return None


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _private_names(node: ast.stmt) -> set[str]:
    """Name what a module-level statement defines, if all of it is private."""
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            names = {node.name}
        case ast.Assign():
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
        case ast.AnnAssign(target=ast.Name(id=name)):
            names = {name}
        case _:
            return set()
    return names if all(n.startswith("_") and not n.startswith("__") for n in names) else set()


def _is_dispensable(node: ast.Import | ast.ImportFrom) -> bool:
    """Keep numpy and the engine's own modules: a solution may well need them."""
    names = (
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
    )
    return not any(name.partition(".")[0] in {"numpy", "nnlab"} for name in names)


def _without(source: str, node: ast.stmt) -> str:
    """Cut a statement with its decorators, the comments right above it, and the blank lines below."""
    lines = source.splitlines()
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    last = node.end_lineno or node.lineno
    while last < len(lines) and not lines[last].strip():
        last += 1
    cut = replace_lines(source, first, last, "")
    if last == len(lines):
        return cut.rstrip() + "\n"
    gap = (
        "\n"
        if isinstance(node, ast.Import | ast.ImportFrom) and _ends_imports(lines, first, last)
        else ""
    )
    return replace_lines(source, first, last, gap)


def _ends_imports(lines: Sequence[str], first: int, last: int) -> bool:
    """Tell whether a blank line must stay between what is above a cut and what is below it."""
    above, below = lines[first - 2], lines[last]
    return bool(above.strip()) and not below.startswith(("import ", "from "))


def stubs(labs: Sequence[Lab], folder: Path) -> Iterator[tuple[Path, str]]:
    """Go through all stubs: where each belongs, and what it holds."""
    for lab in labs:
        for module in lab.modules:
            yield folder / lab.id / f"{module}.py", make_stub(lab, module)


def write_stubs(
    labs: Sequence[Lab],
    folder: Path,
    *,
    force: bool = False,
    wrote: Callable[[Path], object] = lambda _: None,
) -> int:
    """Write the stubs that are missing or outdated; return how many.

    Raises: FilledInError before anything is written, if a file holds work, unless forced.
    """
    todo = [(path, text) for path, text in stubs(labs, folder) if _read(path) != text]
    filled = [path for path, _ in todo if is_filled_in(path)]
    if filled and not force:
        names = ", ".join(str(path) for path in filled)
        raise FilledInError(
            f"Somebody has worked in {names}. Move the work elsewhere, or overwrite it with --force."
        )
    for path, text in todo:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        wrote(path)
    return len(todo)


def outdated(labs: Sequence[Lab], folder: Path) -> list[str]:
    """Name every stub that is missing, differs from the engine, or belongs to no lab."""
    fresh = dict(stubs(labs, folder))
    stale = [f"{path} is missing" for path in fresh if not path.exists()]
    stale += [
        f"{path} is outdated" for path, text in fresh.items() if _read(path) not in {None, text}
    ]
    stray = sorted(path for path in folder.glob("**/*.py") if path not in fresh)
    return [*stale, *(f"{path} belongs to no lab" for path in stray)]


def is_filled_in(path: Path) -> bool:
    """Tell whether a module holds work: anything else than untouched exercises."""
    text = _read(path)
    if text is None:
        return False
    try:
        functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)]
    except (SyntaxError, ValueError, RecursionError):
        return True
    untouched = {"raise NotImplementedError"}
    bodies = [ast.unparse(function.body[-1]).partition("(")[0] for function in functions]
    return not untouched & set(bodies)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""
