"""A new lab: small, whole and sound from the first minute, for its author to change.

It goes into the course itself, or into a package of its own that brings the lab to the course.
"""

import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template

from autograder.course.catalogue import PROVIDED, ROOT, lab_ids, labs
from autograder.errors import WrongUseError
from autograder.storage import write_whole

__all__ = ["NewLab", "ScaffoldError", "plan"]

HERE = Path(__file__).parent
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
MOST_CHARACTERS = 30


class ScaffoldError(WrongUseError):
    """No lab can be made of this name, or not there; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class NewLab:
    """The files of a lab that is not there yet."""

    id: str
    files: dict[Path, str]
    """What each is to hold; those of the course that change are among them."""
    package: Path | None
    """The folder of the package of its own."""

    def write(self) -> list[Path]:
        """Write the files; return their paths."""
        for path, text in self.files.items():
            write_whole(path, text)
        return list(self.files)


def plan(name: str, folder: Path | None, *, title: str = "") -> NewLab:
    """Plan a lab of one module: in a package of its own below `folder`, or in the course.

    Raises: ScaffoldError if the name cannot be a module's or is taken, or files would be overwritten.
    """
    module = name.strip().lower().replace("-", "_")
    _accept(module, name, title)
    number = max(int(lab_id[3:5]) for lab_id in lab_ids() if lab_id[3:5].isdecimal()) + 1
    lab_id = f"lab{number:02}_{module}"
    words = {
        "lab_id": lab_id,
        "module": module,
        "number": str(number),
        "title": title or module.replace("_", " ").capitalize(),
        "package": f"nnlab_{module}",
        "distribution": f"nnlab-{module.replace('_', '-')}",
    }
    if folder is None:
        files = _in_course(words)
        home = None
        new = {path for path in files if path not in _changed()}
    else:
        home = folder / words["distribution"]
        files = {home / place: text for place, text in _in_package(words).items()}
        new = set(files)
    there = sorted(str(path) for path in new if path.exists())
    if there:
        raise ScaffoldError(f"{there[0]} is there already. Choose another name, or move it away.")
    return NewLab(lab_id, files, home)


def _accept(module: str, name: str, title: str) -> None:
    if not title.isprintable() or set(title) & set('"\\|'):
        raise ScaffoldError(
            f"The title {title!r} cannot stand in all of a lab's files: leave out quotes, "
            "backslashes, | and what cannot be printed."
        )
    if keyword.iskeyword(module) or module in {"numpy", "nnlab", *sys.stdlib_module_names}:
        raise ScaffoldError(f"{module!r} has a meaning in Python already. Choose another name.")
    if not NAME.match(module) or len(module) > MOST_CHARACTERS:
        raise ScaffoldError(
            f"{name!r} is not a name for a module: use letters, digits and _, such as hopfield, "
            f"at most {MOST_CHARACTERS} of them, a letter first."
        )
    taken = {known: lab.id for lab in labs() for known in lab.modules}
    taken |= dict.fromkeys(PROVIDED, "the engine")
    if module in taken:
        raise ScaffoldError(f"There is a module {module} in {taken[module]}. Choose another name.")


def _text(template: str, words: dict[str, str]) -> str:
    return Template((HERE / template).read_text(encoding="utf-8")).substitute(words)


def _in_both(words: dict[str, str]) -> dict[str, str]:
    """Write what stands in the same places in the course and in a package."""
    solutions = f"solutions/{words['lab_id']}"
    return {
        f"nnlab/{words['module']}.py": _text("engine.py.txt", words),
        f"{solutions}/mistakes.toml": _text("mistakes.toml.txt", words),
        f"{solutions}/notebook.md": _text("notebook.md.txt", words),
        f"{solutions}/valid.toml": _text("valid.toml.txt", words),
    }


def _in_package(words: dict[str, str]) -> dict[str, str]:
    """Write a package that brings one lab; its layout is the course's, one folder down."""
    package = words["package"]
    guest = {
        **words,
        "imports": "from pathlib import Path\n\n",
        "home": "    home=Path(__file__).parent,\n",
        "slides": words["title"],
    }
    return {
        "pyproject.toml": _text("pyproject.toml.txt", words),
        "README.md": _text("readme.md.txt", words),
        f"{package}/__init__.py": f'"""Labs for nnlab: {words["title"]}."""\n',
        f"{package}/{words['lab_id']}.py": _text("checks.py.txt", guest),
        **{f"{package}/{place}": text for place, text in _in_both(words).items()},
        "tests/test_labs.py": _text("test_labs.py.txt", words),
    }


def _in_course(words: dict[str, str]) -> dict[Path, str]:
    """Write the same into the course's own folders, and enter the lab where labs are listed."""
    lab_id, module = words["lab_id"], words["module"]
    own = {**words, "imports": "", "home": "", "slides": FIRST_HEADING}
    init, readme, mistakes = _changed()
    if not all(path.is_file() for path in (init, readme, mistakes)):
        raise ScaffoldError(
            "The course itself can take a lab only in its repository. Make a package: "
            f"nnlab lab new {module} --package ."
        )
    return {
        ROOT / "autograder" / "labs" / f"{lab_id}.py": _text("checks.py.txt", own),
        **{ROOT / place: text for place, text in _in_both(words).items()},
        ROOT / "tests" / "nnlab" / f"test_{module}.py": _text("test_engine.py.txt", words),
        init: _entered(init.read_text(encoding="utf-8"), words),
        readme: _listed(readme.read_text(encoding="utf-8"), words),
        mistakes: mistakes.read_text(encoding="utf-8") + _text("mistakes.md.txt", words),
    }


FIRST_HEADING = "Introduction"
"""A heading of the lecture, which the author changes for that of the new lab."""


def _changed() -> tuple[Path, Path, Path]:
    return ROOT / "nnlab" / "__init__.py", ROOT / "README.md", ROOT / "docs" / "mistakes.md"


def _entered(init: str, words: dict[str, str]) -> str:
    """Enter a module at the end of the engine's list, which is in teaching order."""
    imported = f"    {words['module']},  # lab {words['number']}: {words['title'].lower()}"
    head, listed, tail = re.split(
        r"(?<=import \(\n)(.*?)(?=^\)$)", init, maxsplit=1, flags=re.MULTILINE | re.DOTALL
    )
    names = sorted({*re.findall(r'^    "(\w+)",$', tail, re.MULTILINE), words["module"]})
    exported = "".join(f'    "{name}",\n' for name in names)
    tail = re.sub(r"__all__ = \[\n.*?\]", f"__all__ = [\n{exported}]", tail, flags=re.DOTALL)
    return f"{head}{listed}{imported}\n{tail}"


def _listed(readme: str, words: dict[str, str]) -> str:
    """Add a row below the last lab of the table, if there is one."""
    rows = list(re.finditer(r"^\| `lab\w+` \|.*\n", readme, re.MULTILINE))
    row = f"| `{words['lab_id']}` | {words['title'].lower()} | 1 | 4 |\n"
    return readme[: rows[-1].end()] + row + readme[rows[-1].end() :] if rows else readme
