"""SNMP: the strict poller, its profiles, and the codec that agents of the simulation share."""
