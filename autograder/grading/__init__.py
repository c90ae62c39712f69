"""The path of a mark: submission, questions, key, grade, verdict, facts, diagnosis, report."""
