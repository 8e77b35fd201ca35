"""ICMP echo for thousands of devices over one socket per family, timed by the kernel.

`packet` is bytes, `burst` is what is in flight, `clock` is the meaning of a kernel stamp: no I/O.
`transport` is sockets. `collector` ties them to the event loop.
"""
