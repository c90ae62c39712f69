"""A workflow for GitHub Classroom: every push is graded, and the report is the job's summary."""

import json
from collections.abc import Sequence

__all__ = ["PLACE", "workflow"]

PLACE = ".github/workflows/grade.yml"

_WORKFLOW = """\
# Grades every push with nnlab and shows the report as the job's summary.
# It is for feedback: whoever may change this file may change what it says. Marks come from nnlab batch.
name: grade
on: [push, workflow_dispatch]
permissions:
  contents: read
jobs:
  grade:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: {python}
      - name: Install the course
        env:
          COURSE: {install}
        run: python -m pip install "$COURSE"
      - name: Grade
        run: nnlab grade {labs}--json --junit nnlab.xml --markdown "$GITHUB_STEP_SUMMARY" > nnlab.json
      - name: Keep the report
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: nnlab-report
          path: |
            nnlab.json
            nnlab.xml
"""


def workflow(labs: Sequence[str], *, install: str, python: str) -> str:
    """Write the workflow: which labs it grades, all by default, and what pip installs for it."""
    chosen = "".join(f"{lab} " for lab in labs)
    return _WORKFLOW.format(labs=chosen, install=json.dumps(install), python=json.dumps(python))
