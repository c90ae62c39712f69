"""Mutants: small changes of one body, each program once, and never of words alone."""

import ast

import pytest

from autograder.course.catalogue import engine_path, labs
from autograder.course.reference import find_body
from tests.conftest import reference_text

pytest.importorskip("cosmic_ray")

from autograder.authoring.proof import mutants

LAB = "lab02_hebb"


def test_there_are_enough_of_them(all_mutants):
    """At least 1,500 in all, and some of every exercise."""
    made = [mutant for of_lab in all_mutants.values() for mutant in of_lab]

    assert len(made) >= 1500
    assert len({mutant.id for mutant in made}) == len(made)
    assert {mutant.exercise for mutant in made} == {e for lab in labs() for e in lab.exercises}


def test_a_mutant_changes_one_body(all_mutants):
    """Outside its exercise's body a mutant's module is the reference, and inside it is not."""
    for mutant in all_mutants[LAB]:
        right = reference_text(mutant.module)
        wrong = mutant.source.text.decode()
        first, last = find_body(right, mutant.exercise)
        below = right.splitlines()[last:]

        assert wrong.splitlines()[: first - 1] == right.splitlines()[: first - 1]
        assert wrong.splitlines()[len(wrong.splitlines()) - len(below) :] == below
        assert ast.dump(ast.parse(wrong)) != ast.dump(ast.parse(right))


def test_a_mutant_tells_what_it_changed(all_mutants):
    """The lines that differ, as they are and as they become."""
    told = {
        (m.operator, m.right, m.wrong) for m in all_mutants[LAB] if m.exercise == "hebb.hebb_step"
    }
    line = "return weight + x * target, bias + target"

    assert (
        "ReplaceBinaryOperator_Mul_Div",
        line,
        "return weight + x / target, bias + target",
    ) in told
    assert ("DeleteStatement", line, "pass") in told


def test_words_and_repetitions_are_left_out():
    """A message's numbers are not mutated, and two operators that make one program count once."""
    body = 'if x < 0:\n    raise ValueError(f"at least {1 - 1}, got {x}")\nreturn x\n'
    made = [text for _, text in mutants._mutated(body)]
    programs = {mutants._program(text) for text in made} - {None}

    assert any("{1 + 1}" in text for text in made)
    assert mutants._program(body.replace("1 - 1", "1 + 1")) == mutants._program(body)
    assert mutants._program(body.replace("x < 0", "x < (0)")) == mutants._program(body)
    assert mutants._program("return (") is None
    assert len(programs) < len(made)


@pytest.mark.parametrize(
    ("operator", "example"),
    [
        pytest.param(operator, example, id=f"{operator.__name__}-{example.post_mutation_code}")
        for operator in __import__(
            "autograder.authoring.proof.operators", fromlist=["OPERATORS"]
        ).OPERATORS
        for example in operator.examples()
    ],
)
def test_our_operators_do_what_their_examples_say(operator, example):
    """cosmic-ray's own visitor applies them."""
    from cosmic_ray.mutating import mutate_code

    mutated = mutate_code(example.pre_mutation_code, operator(), example.occurrence)

    assert mutated == example.post_mutation_code


def test_mutants_are_made_of_the_reference(all_mutants):
    """Each is written into the engine's own file, by name."""
    assert {m.source.file for m in all_mutants[LAB]} == {engine_path("hebb").name}
