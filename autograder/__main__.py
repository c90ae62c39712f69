"""Makes `python -m autograder` the command nnlab, where no script is installed."""

from autograder.cli import main

main(prog_name="nnlab")
