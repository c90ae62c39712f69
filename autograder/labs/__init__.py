"""The checks, one module a lab."""
