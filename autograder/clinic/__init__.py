"""The training clinic: recorded runs, most of them sick. A learner names the illness and the cure.

A record holds numbers of one run that the engine has trained. Each illness has signs, which are asked of the
numbers alone: so what is said against a wrong answer is computed from the record, and cannot be untrue of it.
How a run was made sick stands with the authors' code, which students do not have.
"""
