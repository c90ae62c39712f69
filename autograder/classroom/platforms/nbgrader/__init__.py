"""nbgrader with our grading in it: `nnlab setup nbgrader` writes the configuration that uses this.

What nbgrader does stays nbgrader's: courses, files, gradebook, late days, feedback. Instead of
its kernel there is a look at the results that `nnlab batch` keeps, or our sandbox.
"""

import sys

__all__ = []

# nbgrader imports jsonschema, and that, where it can, 38 grammars of international addresses. They take
# three seconds to build, and no notebook has a field of that kind.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
