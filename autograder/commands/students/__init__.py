"""What students do, in the order in which they need it."""

from autograder.commands.students import (
    case,
    clinic,
    doctor,
    examples,
    explain,
    figure,
    grade,
    guide,
    hint,
    status,
    train,
    watch,
    workspace,
)

__all__ = ["COMMANDS"]

COMMANDS = (
    *(workspace.init, workspace.update, status.next_, grade.grade, watch.watch),
    *(hint.hint, case.case, case.debug, examples.examples, explain.explain),
    *(status.status, figure.figure, train.train, clinic.clinic, guide.guide, doctor.doctor),
)
