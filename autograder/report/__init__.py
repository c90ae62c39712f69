"""A report as people see it: terminal, pages, Markdown, JUnit."""
