"""What we conclude and tell.

Belongs here: state, judgement, incidents, their exposition, the schedule, the configuration.
Does not: sockets to devices (collectors) and graph algorithms (topology).
"""
