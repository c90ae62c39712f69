"""Commands of `nnlab` that are for instructors; each module adds its own to the command line."""
