"""What is asked: labs and their checks, the reference's source, what is known of answers, stubs, editions."""
