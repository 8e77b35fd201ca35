"""What goes wrong on our side of asking; what a device does wrong is an Outcome.

CollectorError
├── DecodeError     bytes that are not the BER or SNMP we admit (turned into an outcome at once)
├── ProfileError    a vendor profile that cannot be used; the text names every fault
├── PingUnavailable this process may open no ICMP socket; the text says what would allow it
└── TrapsUnavailable no socket for traps can be had; the text says what would allow it
"""


class CollectorError(Exception):
    """Base of all errors of this package."""


class DecodeError(CollectorError):
    """Bytes that are not the BER or SNMP we admit."""


class ProfileError(CollectorError):
    """A vendor profile that cannot be used; the text names every fault, one per line."""


class PingUnavailable(CollectorError):  # noqa: N818 - a state of the host, which netmon outlives
    """This process may open no ICMP socket; the text says which sysctl or capability is missing."""


class TrapsUnavailable(CollectorError):  # noqa: N818 - a state of the host, which netmon outlives
    """No socket for traps can be had; the text says what would allow it."""
