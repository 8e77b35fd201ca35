"""Correlation: verdicts in, suspicions out – one for each cause, with all it explains.

Rules take a case in turn, strongest first (`rules`); each claims the verdicts it explains and
leaves the rest to the next. No I/O, no clock.
"""
