"""Readings in, evidence and verdicts out.

Belongs here: baselines, detectors, the tables by which evidence becomes a verdict.
Does not: I/O, a clock (`now` is always an argument), collectors, incidents.
"""
