"""What we conclude and tell.

Belongs here: state, judgement, incidents, their exposition, the schedule, the configuration.
Does not: sockets to devices (collectors) and graph algorithms (topology).
"""

__version__ = "26.11.0"  # the one place: pyproject.toml reads it, and so does whoever tells it
