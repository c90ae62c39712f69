"""What authors of labs and lectures do."""

from autograder.commands.authors import clinic, lab, mistakes, prove

__all__ = ["COMMANDS"]

for command in (
    prove.prove,
    mistakes.mistakes,
    mistakes.message,
    mistakes.survey,
    clinic.clinic,
):
    lab.lab.add_command(command)

COMMANDS = (lab.lab,)
