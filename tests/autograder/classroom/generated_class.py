"""Generated classes for the search for similar bodies: honest ones, and copies in disguise."""

import ast
import random
import textwrap
from dataclasses import dataclass, field

from autograder.classroom.collect import HandIn
from autograder.classroom.people import Person
from autograder.course.lab import Lab
from autograder.course.reference import body_in, find_function, reference_text, with_body
from autograder.course.solutions import load_mistakes, load_valid
from autograder.grading.submission import Submission

HONEST_NAMES = ["out", "res", "tmp", "val", "arr", "vec", "total", "acc", "cur", "item"]


@dataclass
class Pool:
    """All that is known of answers, of which a part is hidden from the search."""

    bodies: dict[str, list[str]] = field(default_factory=dict)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    """Exercise and body."""


def pool_of(lab: Lab, chance: random.Random, *, hidden: float) -> Pool:
    """Collect bodies of every exercise; hide a part of those that stand in one exercise alone."""
    pool = Pool({exercise: [] for exercise in lab.exercises})
    for mistake in load_mistakes(lab):
        for form in mistake.each_form():
            text = form.source().text.decode()
            pool.bodies[form.exercise].append(body_in(text, form.exercise))
    for valid in load_valid(lab):
        if not valid.also:
            module = valid.exercise.partition(".")[0]
            text = valid.texts()[module].decode()
            pool.bodies[valid.exercise].append(body_in(text, valid.exercise))
    for exercise, bodies in pool.bodies.items():
        chance.shuffle(bodies)
        pool.hidden.update((exercise, body) for body in bodies if chance.random() < hidden)
    return pool


def hand_in(lab: Lab, student: str, bodies: dict[str, str]) -> HandIn:
    """Put bodies into the lab's modules, and hand them in."""
    texts = {module: reference_text(module) for module in lab.modules}
    for exercise, body in bodies.items():
        module = exercise.partition(".")[0]
        texts[module] = with_body(texts[module], exercise, body)
    encoded = {module: text.encode() for module, text in texts.items()}
    return HandIn(Person(student), student, (Submission(lab, encoded, {}, student),))


def honest_bodies(lab: Lab, pool: Pool, chance: random.Random) -> dict[str, str]:
    """Choose for each exercise the reference's body, one of the pool, or one with odd places in it."""
    bodies = {}
    for exercise in lab.exercises:
        options = [
            body_in(reference_text(exercise.partition(".")[0]), exercise),
            *pool.bodies[exercise],
        ]
        weights = [1 / rank for rank in range(1, len(options) + 1)]
        body = chance.choices(options, weights)[0]
        if chance.random() < ODD:
            body = odd(body, chance, places=chance.randint(1, 4))
        bodies[exercise] = body
    return bodies


ODD = 0.25
"""Of the bodies hold what nobody has foreseen."""


def odd(body: str, chance: random.Random, *, places: int) -> str:
    """Change a body in some places, as somebody does who has an idea of their own."""
    tree = ast.parse(textwrap.dedent(body))
    for _ in range(places):
        expressions = [
            (parent, name)
            for parent in ast.walk(tree)
            for name, value in ast.iter_fields(parent)
            if isinstance(value, ast.BinOp | ast.Call | ast.Name | ast.Constant | ast.Compare)
            and not isinstance(getattr(value, "ctx", None), ast.Store | ast.Del)
            and getattr(value, "id", "") != "np"
            and name not in {"func", "annotation", "target"}
            and not isinstance(parent, ast.Expr | ast.FormattedValue)
        ]
        if not expressions:
            break
        parent, name = chance.choice(expressions)
        inner = ast.unparse(getattr(parent, name))
        setattr(parent, name, ast.parse(chance.choice(IDEAS).format(inner), mode="eval").body)
    changed = ast.unparse(ast.fix_missing_locations(tree))
    return changed if _is_python(changed) else body


def _is_python(body: str) -> bool:
    """Return whether a changed body can be read again: not each change of a tree can."""
    try:
        ast.parse(f"def body():\n{textwrap.indent(body, '    ')}")
    except SyntaxError:
        return False
    return True


IDEAS = (
    "np.asarray({})",
    "np.array({})",
    "({}) + 1",
    "({}) - 1",
    "-({})",
    "2 * ({})",
    "({}) / 2",
    "float({})",
    "np.abs({})",
    "np.squeeze({})",
    "np.copy({})",
    "({}) * 1.0",
    "({}) + 0",
    "np.round({}, 6)",
    "({}) ** 2",
    "np.clip({}, -1, 1)",
)


def disguised(lab: Lab, handed: HandIn, student: str, chance: random.Random) -> HandIn:
    """Copy a hand-in: other names, other order of operands, other comments and layout."""
    texts = {}
    for module, text in handed.first.texts.items():
        tree = ast.parse(text)
        for exercise in lab.exercises:
            if exercise.partition(".")[0] == module:
                _disguise(find_function(tree, exercise), chance)
        texts[module] = ("# My own work!\n" + ast.unparse(tree)).encode()
    return HandIn(Person(student), student, (Submission(lab, texts, {}, student),))


def _disguise(function: ast.FunctionDef, chance: random.Random) -> None:
    own = {
        n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    own -= {arg.arg for arg in ast.walk(function) if isinstance(arg, ast.arg)}
    fresh = [f"{name}_{i}" for i in range(9) for name in HONEST_NAMES]
    chance.shuffle(fresh)
    _Disguise(dict(zip(sorted(own), fresh, strict=False))).visit(function)


class _Disguise(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self.names.get(node.id, node.id)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.BinOp:
        self.generic_visit(node)
        if isinstance(node.op, ast.Add | ast.Mult) and not any(
            isinstance(side, ast.List | ast.Tuple | ast.Constant)
            and not isinstance(getattr(side, "value", 0), int | float)
            for side in (node.left, node.right)
        ):
            node.left, node.right = node.right, node.left
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        self.generic_visit(node)
        mirror = {ast.Gt: ast.Lt, ast.Lt: ast.Gt, ast.GtE: ast.LtE, ast.LtE: ast.GtE}
        if len(node.ops) == 1 and type(node.ops[0]) in mirror:
            node.ops = [mirror[type(node.ops[0])]()]
            node.left, node.comparators = node.comparators[0], [node.left]
        return node


def honest_class(lab: Lab, pool: Pool, size: int, chance: random.Random) -> list[HandIn]:
    """Make a class in which nobody copied."""
    return [hand_in(lab, f"s{i:03}", honest_bodies(lab, pool, chance)) for i in range(size)]
