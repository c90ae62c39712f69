"""Modules that need an extra are collected only where it is installed."""

import importlib.util

collect_ignore = (
    []
    if importlib.util.find_spec("nbgrader")
    else ["autograder/nbgrader/sources.py", "autograder/nbgrader/steps.py"]
)
