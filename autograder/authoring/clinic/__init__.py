"""How the clinic's patients are made: runs of the engine that something makes sick, and the same runs cured.

Students have none of this: it says which patient has what.
"""
