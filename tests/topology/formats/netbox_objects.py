"""Objects in the shape of the REST API of NetBox 4: two sites, a cable, a circuit, dead ends."""

from collections.abc import Sequence
from dataclasses import replace

from topology.formats.netbox import Answers, Object


def _cable(
    identity: int, a: tuple[str, int], b: tuple[str, int], **more: object
) -> dict[str, object]:
    return {
        "id": identity,
        "url": f"https://netbox.example/api/dcim/cables/{identity}/",
        "type": "",
        "label": "",
        "status": {"value": "connected", "label": "Connected"},
        "length": None,
        "length_unit": None,
        "a_terminations": [{"object_type": a[0], "object_id": a[1], "object": {"id": a[1]}}],
        "b_terminations": [{"object_type": b[0], "object_id": b[1], "object": {"id": b[1]}}],
        **more,
    }


_IF, _CT = "dcim.interface", "circuits.circuittermination"

ANSWERS = Answers(
    sites=[
        {"id": 1, "name": "HQ", "slug": "hq", "latitude": 54.1, "longitude": 22.93,
         "status": {"value": "active", "label": "Active"}},
        {"id": 2, "name": "Post 7", "slug": "post-7", "latitude": 54.3, "longitude": 23.1},
    ],
    devices=[
        {"id": 1, "name": "core-1", "site": {"id": 1, "name": "HQ", "slug": "hq"}},
        {"id": 2, "name": "radio-1", "site": {"id": 1, "name": "HQ", "slug": "hq"}},
        {"id": 3, "name": "post-7-gw", "site": {"id": 2, "name": "Post 7", "slug": "post-7"}},
    ],
    interfaces=[
        {"id": 10, "name": "ge-0", "device": {"id": 1, "name": "core-1"}},
        {"id": 11, "name": "xe-0", "device": {"id": 1, "name": "core-1"}},
        {"id": 12, "name": "eth0", "device": {"id": 2, "name": "radio-1"}},
        {"id": 13, "name": "wan", "device": {"id": 3, "name": "post-7-gw"}},
        {"id": 14, "name": "lan", "device": {"id": 3, "name": "post-7-gw"}},
    ],
    cables=[
        _cable(1, (_IF, 10), (_IF, 12), type="cat6", length=3.0,
               length_unit={"value": "m", "label": "Meters"}),
        _cable(2, (_IF, 11), (_CT, 7), type="smf"),
        _cable(3, (_CT, 8), (_IF, 13), type="smf"),
        _cable(4, (_IF, 14), ("dcim.frontport", 3)),
        _cable(5, (_IF, 14), (_IF, 10), status={"value": "decommissioning", "label": "Gone"}),
    ],
    circuits=[
        {"id": 1, "cid": "LEASED-9", "type": {"id": 1, "slug": "microwave-lease"},
         "status": {"value": "active"}, "commit_rate": 100_000,
         "termination_a": {"id": 7}, "termination_z": {"id": 8}},
        {"id": 2, "cid": "X", "type": None, "status": {"value": "active"},
         "termination_a": {"id": 9}, "termination_z": None},
    ],
)  # fmt: skip


def with_changes(**changes: Sequence[Object]) -> Answers:
    """Return the answers with some kinds of objects replaced; no cables and circuits else."""
    return replace(ANSWERS, **{"cables": (), "circuits": (), **changes})
