"""The catalogue of hostile answers: what netmon is expected to do in each case, in one table.

The rules R1 … R12 of admission are in `collectors.snmp.admission` and its neighbours.
"""

from typing import Final

import pytest

HOSTILE_ANSWERS: Final = {
    "HS-01": "junk before the answer: the answer is taken",
    "HS-02": "an empty datagram before the answer: the answer is taken",
    "HS-03": "an answer with another id before the right one: the right one is taken",
    "HS-04": "nothing but other ids: timeout at the deadline, which no trickle moves",
    "HS-05": "an answer from another address or port: ignored, counted as a stray",
    "HS-06": "another community, version or USM identity: ignored",
    "HS-07": "a PDU that is no response: ignored",
    "HS-08": "other objects than asked, or in another order: mismatch",
    "HS-09": "fewer or more varbinds than asked: mismatch",
    "HS-10": "noSuchObject, noSuchInstance, endOfMibView, noSuchName: that value is absent",
    "HS-11": "tooBig: asked in halves, at once and from then on",
    "HS-12": "error-status of any number: error_status, no value",
    "HS-13": "truncated, octets behind it, indefinite length: undecodable",
    "HS-14": "an unsigned number without its zero octet is read unsigned: 4294967295",
    "HS-15": "an unsigned number of one octet ff is 255",
    "HS-16": "a number longer than its type: only that value is lost",
    "HS-17": "an INTEGER of 60 kB: undecodable in less than 5 ms, never computed",
    "HS-18": "a number of no octets: only that value is lost",
    "HS-19": "a broken or unknown type: that value is lost, or all of it undecodable",
    "HS-20": "deep nesting, endless OIDs: undecodable in less than 20 ms",
    "HS-21": "3,000 varbinds in 60 kB: refused by its size before anything is decoded",
    "HS-22": "the same OID for ever, ping-pong, endless rows: walk_abused within the caps",
    "HS-23": "hostile text: cleaned, at most 128 characters, never breaks a label",
    "HS-24": "duplicates, late answers, answers of an earlier poll: counted, ignored",
    "HS-25": "port unreachable: refused at once, not a timeout",
    "HS-26": "an answer far larger than asked for: not read; more rows than asked: mismatch",
    "HS-27": "a table of 100,000 rows: never walked if not needed; if needed, capped",
    "HS-28": "rows renumbered, come and gone: mapped by name again, no counter joined across",
    "HS-29": "a 32-bit counter passes its end: joined; more than 1.1 times the speed: no rate",
    "HS-30": "counters and sysUpTime fall: a restart, no rate across it",
    "HS-31": "a counter falls while sysUpTime rises: no rate across it",
    "HS-32": "sysUpTime passes its end after 497 days: no restart",
    "HS-33": "sysUpTime stands still: a stale agent, its counters give no rates",
    "HS-34": "values that mean none: absent",
    "HS-35": "a value that flips between 0 and the absurd, a level written unsigned: no incident",
    "HS-36": "two devices with one engineID: told, both polled",
    "HS-37": "another engineID: found within 2 polls, security event",
    "HS-38": "engineBoots + 1: goes on; back to 1: goes on, event; at its end: refused",
    "HS-39": "an unauthenticated Report with an absurd time: our clock stays",
    "HS-40": "Reports of refused keys: auth_error with back-off, never a storm",
    "HS-41": "a v3 request answered by v2c, or below its level: never a value",
    "HS-42": "a clock steps during a v3 session: at most one round trip more",
    "HS-43": "another type than the profile says: that value is lost",
}


def hs(identity: str) -> pytest.MarkDecorator:
    """Return the mark of a test that plays this case."""
    return pytest.mark.conformance(identity, HOSTILE_ANSWERS[identity])
