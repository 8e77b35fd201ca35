"""What planners ask, by one table of questions that the command line and the API share.

Belongs here: what a question is called, which options it has, and how its answer reads as a
table, as JSON, as GeoJSON. Does not: how it is worked out, which is `topology.resilience`.
"""
