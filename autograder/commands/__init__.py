"""The commands of `nnlab`, one module each: parsing and printing only.

Nothing heavy is imported before a command needs it, so that help is there at once.
"""
