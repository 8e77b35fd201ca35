import pytest

from tests.topology.builders import make_device, make_interface, make_link, make_network, make_site
from topology.errors import NetworkError
from topology.model import (
    Carrier,
    Dependent,
    DependentKind,
    DeviceId,
    Interface,
    InterfaceId,
    LinkId,
    Medium,
    Position,
    Role,
    Site,
    SiteId,
)
from topology.network import Network

SITES = [
    make_site("tallinn", latitude_deg=59.4370, longitude_deg=24.7536, role=Role.CORE),
    make_site("narva", latitude_deg=59.3772, longitude_deg=28.1903),
]
DEVICES = [make_device("tallinn-r1", "tallinn"), make_device("narva-r1", "narva")]
INTERFACES = [make_interface("tallinn-r1", "xe0"), make_interface("narva-r1", "xe0")]


def build_with(**parts: object) -> Network:
    """Build the two-site network with some parts replaced."""
    usual: dict[str, object] = {
        "sites": SITES,
        "devices": DEVICES,
        "interfaces": INTERFACES,
        "links": [make_link("hop", "tallinn-r1:xe0", "narva-r1:xe0")],
    }
    return Network.build(**(usual | parts))  # type: ignore[arg-type]


def faults_of(**parts: object) -> tuple[str, ...]:
    with pytest.raises(NetworkError) as caught:
        build_with(**parts)
    return caught.value.faults


def test_a_network_knows_who_belongs_to_whom() -> None:
    network = build_with()
    tallinn, narva = SiteId("tallinn"), SiteId("narva")
    assert network.site_of(DeviceId("narva-r1")) == narva
    assert network.devices_of(tallinn) == ("tallinn-r1",)
    assert network.interfaces_of(DeviceId("tallinn-r1")) == ("tallinn-r1:xe0",)
    assert network.device_of(InterfaceId("narva-r1:xe0")) == "narva-r1"
    assert network.link_at(InterfaceId("narva-r1:xe0")) == ("hop",)
    assert network.links_of(DeviceId("narva-r1")) == ("hop",)
    assert network.links_of_site(tallinn) == ("hop",)
    assert network.sites_of(LinkId("hop")) == (tallinn, narva)
    assert network.cores == (tallinn,)


def test_everything_stays_in_the_order_of_the_inventory() -> None:
    network = make_network({"z": "s2", "a": "s1"}, {"l2": ("z", "a"), "l1": ("a", "z")})
    assert list(network.sites) == ["s2", "s1"]
    assert list(network.devices) == ["z", "a"]
    assert list(network.links) == ["l2", "l1"]


def test_a_network_cannot_be_changed() -> None:
    network = build_with()
    with pytest.raises(TypeError, match="does not support item assignment"):
        network.sites[SiteId("new")] = SITES[0]  # type: ignore[index]


def test_the_empty_network_has_nothing_in_it() -> None:
    network = Network.empty()
    held = [*network.sites, *network.devices, *network.interfaces, *network.links]
    assert held == []
    assert network.cores == ()


def test_a_site_without_devices_and_an_interface_without_links_answer_nothing() -> None:
    network = build_with(links=[], sites=[*SITES, make_site("empty")])
    assert network.devices_of(SiteId("empty")) == ()
    assert network.links_of_site(SiteId("empty")) == ()
    assert network.link_at(InterfaceId("narva-r1:xe0")) == ()


def test_parallel_links_stay_separate() -> None:
    network = make_network({"a": "s1", "b": "s2"}, {"main": ("a", "b"), "spare": ("a", "b")})
    assert network.links_of(DeviceId("a")) == ("main", "spare")


def test_two_links_may_share_both_interfaces_under_two_ids() -> None:
    ends = ("tallinn-r1:xe0", "narva-r1:xe0")
    network = build_with(links=[make_link("h", *ends), make_link("v", *ends)])
    assert network.link_at(InterfaceId("narva-r1:xe0")) == ("h", "v")


def test_one_interface_may_serve_many_links_of_a_point_to_multipoint() -> None:
    network = Network.build(
        sites=[make_site("hub"), make_site("east"), make_site("west")],
        devices=[make_device("h", "hub"), make_device("e", "east"), make_device("w", "west")],
        interfaces=[make_interface(name, "r0") for name in ("h", "e", "w")],
        links=[make_link("to-east", "h:r0", "e:r0"), make_link("to-west", "h:r0", "w:r0")],
    )
    assert network.link_at(InterfaceId("h:r0")) == ("to-east", "to-west")


def test_a_cable_inside_a_site_is_one_link_of_that_site() -> None:
    network = make_network({"router": "post", "radio": "post"}, {"cable": ("router", "radio")})
    assert network.links_of_site(SiteId("post")) == ("cable",)
    assert network.sites_of(LinkId("cable")) == ("post", "post")
    assert network.length_m(LinkId("cable")) == 0.0


def test_the_length_given_wins_over_the_great_circle() -> None:
    duct = make_link("hop", "tallinn-r1:xe0", "narva-r1:xe0", length_m=212_500.0)
    assert build_with(links=[duct]).length_m(LinkId("hop")) == 212_500.0
    assert build_with().length_m(LinkId("hop")) == pytest.approx(194_500, rel=0.01)


def test_an_end_points_towards_the_far_end() -> None:
    network = build_with()
    east = network.azimuth_deg(LinkId("hop"), InterfaceId("tallinn-r1:xe0"))
    west = network.azimuth_deg(LinkId("hop"), InterfaceId("narva-r1:xe0"))
    # Great circles leave the parallel to the north, each end by half the convergence.
    assert east == pytest.approx(90.5, abs=0.1)
    assert west == pytest.approx(273.4, abs=0.1)


def test_asking_the_azimuth_at_a_stranger_names_the_right_ends() -> None:
    network = build_with(interfaces=[*INTERFACES, make_interface("narva-r1", "xe1")])
    with pytest.raises(NetworkError, match="'hop' ends at 'tallinn-r1:xe0' and 'narva-r1:xe0'"):
        network.azimuth_deg(LinkId("hop"), InterfaceId("narva-r1:xe1"))


def test_links_of_one_risk_group_are_listed_together_by_name() -> None:
    network = make_network(
        {"a": "s1", "b": "s2"},
        {"x": ("a", "b"), "y": ("a", "b"), "z": ("a", "b")},
        srlgs={"x": ["mast-4", "duct-7"], "z": ["duct-7"]},
    )
    assert dict(network.srlgs) == {"duct-7": ("x", "z"), "mast-4": ("x",)}
    assert list(network.srlgs) == ["duct-7", "mast-4"]


def test_every_fault_is_reported_at_once_one_per_line() -> None:
    with pytest.raises(NetworkError) as caught:
        Network.build(
            sites=[SITES[0], SITES[0]],
            devices=[make_device("r1", "nowhere")],
            interfaces=[make_interface("ghost", "xe0")],
            links=[make_link("hop", "r1:xe0", "ghost:xe0")],
        )
    assert str(caught.value).splitlines() == [
        "site 'tallinn' is given 2 times; every site needs its own id",
        "device 'r1': there is no site 'nowhere'",
        "interface 'ghost:xe0': there is no device 'ghost'",
        "link 'hop': there is no interface 'r1:xe0' for its end a",
    ]


def test_a_fault_stays_on_one_line_whatever_an_id_contains() -> None:
    (fault,) = faults_of(devices=[*DEVICES, make_device("bad\nid", "no\nsite")])
    assert fault == r"device 'bad\nid': there is no site 'no\nsite'"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            {"devices": [*DEVICES, DEVICES[0]]},
            "device 'tallinn-r1' is given 2 times; every device needs its own id",
        ),
        (
            {"interfaces": [*INTERFACES, INTERFACES[0]]},
            "interface 'tallinn-r1:xe0' is given 2 times; every interface needs its own id",
        ),
        (
            {"devices": [*DEVICES, make_device("", "narva")]},
            "a device has an empty id; give it a name",
        ),
        (
            {"links": [make_link("hop", "tallinn-r1:xe0", "tallinn-r1:xe0")]},
            "link 'hop': both ends are interface 'tallinn-r1:xe0'; a link joins two interfaces",
        ),
        (
            {
                "interfaces": [*INTERFACES, make_interface("narva-r1", "xe1")],
                "links": [make_link("hop", "narva-r1:xe0", "narva-r1:xe1")],
            },
            "link 'hop' leads from device 'narva-r1' to itself; a link joins two devices",
        ),
        (
            {
                "links": [
                    make_link("hop", "tallinn-r1:xe0", "narva-r1:xe0"),
                    make_link("hop", "narva-r1:xe0", "tallinn-r1:xe0"),
                ]
            },
            "link 'hop' is given 2 times between the same ends; "
            "keep one, or give a parallel link its own id",
        ),
        (
            {
                "interfaces": [*INTERFACES, make_interface("narva-r1", "xe1")],
                "links": [
                    make_link("hop", "tallinn-r1:xe0", "narva-r1:xe0"),
                    make_link("hop", "tallinn-r1:xe0", "narva-r1:xe1"),
                ],
            },
            "link 'hop' is given 2 times; every link needs its own id",
        ),
        (
            {
                "interfaces": [
                    *INTERFACES,
                    Interface(id=InterfaceId("alias"), device=DeviceId("narva-r1"), name="xe0"),
                ]
            },
            "interface 'alias': 'xe0' of device 'narva-r1' is already interface 'narva-r1:xe0'; "
            "one ifName is one interface",
        ),
        (
            {"links": [make_link("hop", "tallinn-r1:xe0", "narva-r1:xe0", length_m=float("nan"))]},
            "link 'hop': length_m is nan; it must be a finite number above 0",
        ),
        (
            {
                "links": [
                    make_link(
                        "hop",
                        "tallinn-r1:xe0",
                        "narva-r1:xe0",
                        carrier=Carrier(frequency_hz=0.0, width_hz=28e6),
                    )
                ]
            },
            "link 'hop': frequency_hz is 0.0; it must be a finite number above 0",
        ),
        (
            {
                "links": [
                    make_link(
                        "hop",
                        "tallinn-r1:xe0",
                        "narva-r1:xe0",
                        medium=Medium.FIBRE,
                        carrier=Carrier(frequency_hz=7e9, width_hz=28e6),
                    )
                ]
            },
            "link 'hop': fibre carries no radio signal; leave its carrier out",
        ),
    ],
    ids=[
        "device twice",
        "interface twice",
        "empty id",
        "one interface",
        "one device",
        "same ends twice",
        "id twice",
        "ifName twice",
        "length",
        "frequency",
        "carrier on fibre",
    ],
)
def test_what_cannot_exist_is_refused_with_what_would_be_right(
    parts: dict[str, object], expected: str
) -> None:
    assert faults_of(**parts) == (expected,)


def test_a_dependent_stands_at_one_site_only() -> None:
    camera = Dependent(id="cam-1", kind=DependentKind.CAMERA_MAST)
    sites = [
        Site(
            id=SiteId(name),
            country="EE",
            position=Position(latitude_deg=59, longitude_deg=28),
            role=Role.SENSOR,
            dependents=(camera,),
        )
        for name in ("one", "two")
    ]
    with pytest.raises(NetworkError, match="dependent 'cam-1' is given 2 times"):
        Network.build(sites=sites)


def test_asking_about_a_stranger_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="stranger"):
        build_with().devices_of(SiteId("stranger"))
