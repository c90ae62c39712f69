"""Modules that need an extra are collected only where it is installed."""

import importlib.util

collect_ignore = (
    []
    if importlib.util.find_spec("nbgrader")
    else [
        "autograder/classroom/platforms/nbgrader/collector.py",
        "autograder/classroom/platforms/nbgrader/essays.py",
        "autograder/classroom/platforms/nbgrader/sources.py",
        "autograder/classroom/platforms/nbgrader/steps.py",
    ]
)
