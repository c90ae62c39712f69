"""Gradescope: a zip that its servers grade with, by our own `grade`.

`bundle` makes the zip on the instructor's machine; `run` is what its script starts over there.
"""
