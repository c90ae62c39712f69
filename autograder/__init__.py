"""The checker: asks a submission's code questions, judges the answers, names the mistakes."""
