"""Stubs: the engine's modules with the exercises' bodies cut out.

Each answer is written once, in the engine; what students get is generated from it. A stub keeps
docstrings, signatures, provided code and the comments outside the bodies; helpers and imports that
only a solution needs go with the bodies.
"""

import ast
from collections.abc import Callable, Collection, Container, Iterator, Sequence
from pathlib import Path

from autograder.course.lab import Lab
from autograder.course.reference import (
    Function,
    body_of,
    find_body,
    find_function,
    reference_text,
    replace_lines,
)
from autograder.errors import WrongUseError

__all__ = [
    "FilledInError",
    "holds_work",
    "is_filled_in",
    "make_stub",
    "outdated",
    "stubs",
    "write_stubs",
]


class FilledInError(WrongUseError):
    """A file that would be overwritten holds somebody's work."""


def make_stub(lab: Lab, module: str, *, kept: Collection[str] = ()) -> str:
    """Write the stub of one of a lab's modules; the exercises `kept` keep their bodies.

    Raises: LookupError if the lab lists an exercise that the module does not have.
    """
    source = reference_text(module)
    for exercise in (e for e in _of(lab, module) if e not in kept):
        function = find_function(ast.parse(source), exercise)
        first, last = find_body(source, exercise)
        indent = " " * (function.col_offset + 4)
        raises = f'{indent}raise NotImplementedError("{stub_message(lab, exercise)}")\n'
        source = replace_lines(source, first, last, raises)
    while smaller := _without_unused(source):
        source = smaller
    return source


def stub_message(lab: Lab, exercise: str) -> str:
    """Write what an exercise's stub raises."""
    return f"{lab.id}: {exercise.partition('.')[2]}"


def _of(lab: Lab, module: str) -> list[str]:
    return [exercise for exercise in lab.exercises if exercise.partition(".")[0] == module]


def _without_unused(source: str) -> str | None:
    """Take out the first private definition or standard import that nothing uses; None if all are."""
    tree = ast.parse(source)
    used = _used(tree)
    for node, names in _private(tree):
        if not names & used:
            return _without(source, node)
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) and _is_dispensable(node):
            kept = [a for a in node.names if (a.asname or a.name).partition(".")[0] in used]
            if not kept:
                return _without(source, node)
            if len(kept) < len(node.names):
                node.names = kept
                first, last = node.lineno, node.end_lineno or node.lineno
                return replace_lines(source, first, last, ast.unparse(node) + "\n")
    return None


def _used(tree: ast.Module) -> set[str]:
    """Collect the names that are read by what stays: a helper that only calls itself does not."""
    waiting = dict(_private(tree))
    used = _reads(tree, waiting)
    while needed := [node for node, names in waiting.items() if names & used]:
        for node in needed:
            del waiting[node]
            used |= _reads(node, waiting)
    return used


def _reads(node: ast.AST, without: Container[ast.AST]) -> set[str]:
    """Collect the names that a piece of code reads, attributes with a dot before them."""
    names: set[str] = set()
    for child in ast.iter_child_nodes(node):
        if child not in without:
            names |= _reads(child, without)
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            names.add(name)
        case ast.Attribute(attr=name):
            names.add(f".{name}")
    return names


def _private(tree: ast.Module) -> Iterator[tuple[ast.stmt, set[str]]]:
    """Go through the definitions that are private, and how code would name them."""
    for node in tree.body:
        names = _private_names(node)
        if names:
            yield node, names
    for parent in ast.walk(tree):
        if isinstance(parent, ast.ClassDef):
            for node in parent.body:
                if isinstance(node, Function) and _is_private(node.name):
                    yield node, {f".{node.name}"}


def _private_names(node: ast.stmt) -> set[str]:
    """Name what a module-level statement defines, if all of it is private."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            names = {node.name}
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        case _:
            return set()
    return names if all(map(_is_private, names)) else set()


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _is_dispensable(node: ast.Import | ast.ImportFrom) -> bool:
    """Keep numpy and the engine's own modules, which a solution may well need; and the future."""
    names = (
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names]
    )
    return not any(name.partition(".")[0] in {"numpy", "nnlab", "__future__"} for name in names)


def _without(source: str, node: ast.stmt) -> str:
    """Cut a statement with its decorators, the comments right above it, and the blank lines below.

    The blank lines below the last import of a group belong to the group.
    """
    lines = source.splitlines()
    decorators = getattr(node, "decorator_list", [])
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
    while first > 1 and lines[first - 2].lstrip().startswith("#"):
        first -= 1
    last = node.end_lineno or node.lineno
    ends_group = isinstance(node, ast.Import | ast.ImportFrom) and bool(lines[first - 2].strip())
    while not ends_group and last < len(lines) and not lines[last].strip():
        last += 1
    cut = replace_lines(source, first, last, "")
    return cut.rstrip() + "\n" if last == len(lines) else cut


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
    filled = [path for path, text in todo if is_filled_in(path, text)]
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


def is_filled_in(path: Path, stub: str) -> bool:
    """Return whether a file holds work; what cannot be read is somebody's work too."""
    try:
        return holds_work(path.read_text(encoding="utf-8"), stub)
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True


def holds_work(text: str, stub: str) -> bool:
    """Return whether a text holds any code that is neither in the stub nor waiting to be written.

    What cannot be parsed is somebody's work too.
    """
    try:
        return not set(_code(text)) <= set(_code(stub))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return True


def _code(text: str) -> Iterator[str]:
    """Go through the code of a module, docstrings, imports and bodies to be written left out."""
    lines = text.splitlines()
    open_classes: list[tuple[str, ast.Module | ast.ClassDef]] = [("", ast.parse(text))]
    while open_classes:
        place, scope = open_classes.pop()
        for node in scope.body:
            if isinstance(node, ast.ClassDef):
                open_classes.append((f"{place}{node.name}.", node))
            elif isinstance(node, Function):
                first, last = body_of(node, lines)
                body = "\n".join(line.strip() for line in lines[first - 1 : last]).strip()
                if "\n" in body or not body.startswith("raise NotImplementedError"):
                    yield f"{place}{node.name}: {body}"
            elif not (isinstance(node, ast.Import | ast.ImportFrom) or _is_dunder_or_text(node)):
                yield f"{place}{ast.dump(node)}"


def _is_dunder_or_text(node: ast.stmt) -> bool:
    """Recognise docstrings, and what a module says about itself, such as __all__."""
    match node:
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name.startswith("__")
    return False


def _read(path: Path) -> str | None:
    """Read a file; None if it is missing, an empty text if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""
