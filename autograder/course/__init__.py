"""What is asked: labs and their checks, the catalogue of known mistakes, stubs, notebooks, editions."""
