"""What other platforms need: GitHub Classroom, Gradescope, nbgrader."""
