"""What was planned beforehand: when own emitters radiate, who is worked on, who is on duty.

Plans are values; `outlook` says what of them holds at an instant, as an `Agenda`. Nothing here
judges: detection and correlation read the agenda. Wall time is right here, and only here: a plan is
made by the clock on the wall.
"""
