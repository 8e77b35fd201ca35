"""A border network that does not exist: its places, its physics, its story, its agents.

It stands in for the field in the demo and in tests: real SNMP and ICMP answers, invented weather.
Nothing here knows how netmon judges; `story` says what an attentive judge should have found.
"""
