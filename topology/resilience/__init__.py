"""What planners ask of a network: what fails with what, how likely, what would help; pure.

Belongs here: one question a file, answered on a `snapshot` – arrays that never change.
Does not: I/O, a clock, how an answer is shown, what is wrong right now.
"""
