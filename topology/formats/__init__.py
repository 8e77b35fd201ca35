"""Networks as others write them down: read into a draft, or written for them; pure.

Belongs here: what a format means, and where in its text something is wrong. Does not: files,
sockets and what is done with the network afterwards.
"""
