"""Sphinx reads this: the documentation site, built offline by `make docs` into build/site."""

import importlib.metadata
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

project = "nnlab"
author = "the nnlab authors"
release = importlib.metadata.version("nnlab-course")
html_title = "nnlab"
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_click",
    "docs.extensions.docstrings",
    "docs.extensions.gallery",
    "docs.extensions.lecture",
]
exclude_patterns = ["demo", "example-lab", "extensions", "_templates", "Thumbs.db"]
templates_path = ["_templates"]

# Markdown: the same files are read on a code host, so a page links to pages by their file names.
myst_heading_anchors = 3
myst_enable_extensions = ["attrs_inline"]

# The engine's reference: docstrings are the tasks, and say shapes themselves.
autosummary_generate = True
autodoc_default_options = {"members": True, "special-members": "__call__"}
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_preserve_defaults = True
default_role = "code"
add_module_names = False
toc_object_entries_show_parents = "hide"

# Strict: a name that leads nowhere ends the build. Python's and numpy's names lead out of the site,
# which is built without a network.
nitpicky = True
nitpick_ignore_regex = [("py:.*", r"(numpy|np|collections|enum|typing)\..*"), ("py:.*", r"object")]

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["nnlab.css"]
html_copy_source = False  # the pages' Markdown stands in the repository
html_show_sourcelink = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0072B2", "color-brand-content": "#0067a3"},
    "dark_css_variables": {"color-brand-primary": "#56B4E9", "color-brand-content": "#56B4E9"},
}


def setup(app):
    """Let a menu take in pages that are there, and be silent about those that are not."""

    def without_empty_patterns(_app, docname, source):
        if docname == "index":
            lines = source[0].splitlines()
            source[0] = "\n".join(
                line
                for line in lines
                if "*" not in line or any(Path(app.srcdir).glob(f"{line}.md"))
            )

    app.connect("source-read", without_empty_patterns)
