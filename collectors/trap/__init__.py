"""Traps and informs: what devices say unasked, received in a process of its own.

A notification never is a value: it says that somebody should be asked, and who. Everything here
treats a datagram as forged until the contrary is proved, and the receiving process itself as the
part that is broken into first: netmon believes it nothing but "ask this device again".
"""
