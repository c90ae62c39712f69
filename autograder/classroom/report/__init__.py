"""What an instructor sees of a class: its page, figures and files."""
