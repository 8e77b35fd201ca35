"""What the network is: values and algorithms over networkx.

Belongs here: sites, devices, links, their geometry, their physics, and questions a graph answers.
Does not: I/O, a clock, logging, who asks and who judges.
"""
