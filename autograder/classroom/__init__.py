"""What an instructor uses: collecting, grading and marking a whole class."""
