"""What can be wrong with a description of a network.

TopologyError
└── NetworkError    a network, or a part of it, that cannot exist
"""

from collections.abc import Iterable


class TopologyError(Exception):
    """Base of all errors of this package."""


class NetworkError(TopologyError):
    """A network, or a part of it, that cannot exist; the text says which part and why.

    `faults` holds one sentence per fault; the text is those sentences, one per line.
    """

    def __init__(self, text: str = "", *, faults: Iterable[str] = ()) -> None:
        self.faults: tuple[str, ...] = tuple(faults) or (text,)
        super().__init__("\n".join(self.faults))
