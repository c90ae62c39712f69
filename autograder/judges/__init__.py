"""Judges: each compares what a submission did with what the reference did."""
