"""nbgrader with our grading in it: `nnlab setup nbgrader` writes the configuration that uses this.

What nbgrader does stays nbgrader's: courses, files, gradebook, late days, feedback. Instead of
its kernel there is a look at the results that `nnlab batch` keeps, or our sandbox.
"""
