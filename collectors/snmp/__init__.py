"""SNMP: the strict v2c poller, its profiles, and the codec that agents of the simulation share."""
