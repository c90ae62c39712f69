"""What the documentation site needs beyond Sphinx: formulas, the figures, the lecture's map."""
