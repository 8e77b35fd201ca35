import pytest

from tests.topology.formats.netbox_objects import ANSWERS, with_changes
from topology.errors import NetworkError
from topology.formats.netbox import read
from topology.model import Medium


def test_cables_and_circuits_between_interfaces_are_links() -> None:
    draft = read(ANSWERS, "netbox")
    network = draft.network(cores=["hq"])
    assert list(network.sites) == ["hq", "post-7"]
    assert network.devices_of(network.cores[0]) == ("core-1", "radio-1")
    links = {str(link): value for link, value in network.links.items()}
    assert set(links) == {"cable 1", "LEASED-9"}
    assert (links["cable 1"].medium, links["cable 1"].length_m) == (Medium.COPPER, 3.0)
    leased = links["LEASED-9"]
    assert (leased.a, leased.b) == ("core-1:xe-0", "post-7-gw:wan")
    assert (leased.medium, leased.capacity_bps) == (Medium.MICROWAVE, 100e6)


def test_what_is_not_followed_is_told() -> None:
    assert read(ANSWERS, "netbox").left_out == (
        "netbox: cable 4: ends at a dcim.frontport, which is not followed",
        "netbox: cable 5: is decommissioning",
        "netbox: circuit 2: not both of its ends are cabled to an interface",
    )


def test_a_device_without_a_name_or_with_that_of_another_gets_its_number() -> None:
    answers = with_changes(devices=[
        {"id": 1, "name": None, "site": {"id": 1}},
        {"id": 2, "name": "gw", "site": {"id": 1}},
        {"id": 3, "name": "gw", "site": {"id": 2}},
    ])  # fmt: skip
    network = read(answers, "netbox").network()
    assert list(network.devices) == ["device 1", "gw", "gw (3)"]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("sites", {"id": "1"}, "netbox: a site: id must be a whole number"),
        ("devices", {"id": 1, "site": None}, "netbox: device 1: site must be an object"),
        ("cables", {"id": 1, "termination_a_id": 3},
         "netbox: cable 1: a_terminations must be a list; is this NetBox older than 3.3?"),
        ("sites", {"id": 1, "slug": "x", "latitude": "north", "longitude": 1},
         "netbox: site 1: latitude: 'north' is no number"),
    ],
)  # fmt: skip
def test_an_object_of_another_shape_is_refused_by_kind_and_id(
    kind: str, value: dict[str, object], words: str
) -> None:
    with pytest.raises(NetworkError) as told:
        read(with_changes(**{kind: [value]}), "netbox")
    assert str(told.value) == words
