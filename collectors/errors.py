"""What goes wrong on our side of asking; what a device does wrong is an Outcome.

CollectorError
├── DecodeError     bytes that are not the BER or SNMP we admit (turned into an outcome at once)
└── ProfileError    a vendor profile that cannot be used; the text names every fault
"""


class CollectorError(Exception):
    """Base of all errors of this package."""


class DecodeError(CollectorError):
    """Bytes that are not the BER or SNMP we admit."""


class ProfileError(CollectorError):
    """A vendor profile that cannot be used; the text names every fault, one per line."""
