"""The commands of `nnlab`, a folder for each kind of person, a file for each command or two.

Nothing heavy is imported before a command needs it, so that help is there at once.
"""
