"""Reports as web pages: one file each, complete in itself, that asks nothing of the network.

A page holds one script, of the button that copies lines, and its policy admits no other: what a
submission wrote is text, and stays text even if our escaping were wrong. Jinja2 escapes; what people see passes `show.clean` before.
"""

from autograder.report.web.pages import PageError, prepare, write_page
from autograder.report.web.submission import to_fragment, to_html

__all__ = ["PageError", "prepare", "to_fragment", "to_html", "write_page"]
