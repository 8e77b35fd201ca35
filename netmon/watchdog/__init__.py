"""A process of its own that is loud when nobody else can be: the Watchdog has fallen silent.

Prometheus sends an alert that fires for ever; Alertmanager passes it on every minute. When it
stops, one of them is dead, and neither can say so. This process knows nothing of networks and
inventories and needs nothing of them; run it best on another machine.
"""
