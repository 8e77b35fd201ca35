"""How we ask: all network input.

Belongs here: sockets, wire formats, what a device's answer means in our units.
Does not: state, thresholds, Prometheus, schedules, opinions. A collector returns observations.
"""
