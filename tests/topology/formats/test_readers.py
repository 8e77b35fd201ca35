from pathlib import Path

import pytest

from topology.errors import NetworkError
from topology.formats import graphml, nodelink, permits, sndlib
from topology.model import Medium, Polarisation

ZOO = Path(__file__).resolve().parents[4] / "shared" / "data" / "topology" / "topologyzoo"

NATIVE = """?SNDlib native format; type: network; version: 1.0
# three cities
NODES (
  Gdansk ( 18.60 54.20 )
  Warsaw ( 21.00 52.20 )
  Krakow ( 19.90 50.00 )
)
LINKS (
  L1 ( Gdansk Warsaw ) 155.00 0.00 0.00 0.00 ( 622.00 1.00 )
  L2 ( Warsaw Krakow ) 0.00 0.00 0.00 0.00 ( 622.00 1.00 )
)
DEMANDS (
  D1 ( Gdansk Krakow ) 1 195.00 UNLIMITED
)
ADMISSIBLE_PATHS (
)
"""

XML = """<?xml version="1.0" encoding="ISO-8859-1"?>
<network xmlns="http://sndlib.zib.de/network" version="1.0">
 <networkStructure>
  <nodes coordinatesType="geographical">
   <node id="Gdansk"><coordinates><x>18.60</x><y>54.20</y></coordinates></node>
   <node id="Warsaw"><coordinates><x>21.00</x><y>52.20</y></coordinates></node>
  </nodes>
  <links>
   <link id="L1"><source>Gdansk</source><target>Warsaw</target>
    <preInstalledModule><capacity>155.0</capacity><cost>0</cost></preInstalledModule></link>
  </links>
 </networkStructure>
 <demands><demand id="D"><source>Gdansk</source><target>Warsaw</target>
  <demandValue>195.0</demandValue></demand></demands>
</network>
"""


def test_sndlib_native_has_places_links_capacities_and_demands() -> None:
    draft = sndlib.read(NATIVE, "three.txt")
    network = draft.network(cores=["Warsaw"])
    assert list(network.links) == ["L1", "L2"]
    warsaw = network.sites[network.cores[0]]
    assert (warsaw.position.latitude_deg, warsaw.position.longitude_deg) == (52.20, 21.00)
    assert [link.capacity_bps for link in network.links.values()] == [155e6, None]
    assert draft.demand_bps == {"Gdansk": 195e6, "Krakow": 195e6}


def test_sndlib_xml_says_the_same() -> None:
    draft = sndlib.read(XML.replace(' encoding="ISO-8859-1"', ""), "two.xml")
    network = draft.network()
    assert network.links[next(iter(network.links))].capacity_bps == 155e6
    assert draft.demand_bps == {"Gdansk": 195e6, "Warsaw": 195e6}


def test_topohub_has_positions_and_lengths() -> None:
    text = """{"directed": false, "multigraph": false, "graph": {"name": "x"},
      "nodes": [{"id": 0, "name": "Gdansk", "pos": [18.6, 54.2]},
                {"id": 1, "name": "Warsaw", "pos": [21.0, 52.2]}],
      "edges": [{"source": 0, "target": 1, "dist": 273.5, "ecmp_fwd": {"uni": 1}}]}"""
    network = nodelink.read(text, "x.json").network()
    assert [site.name for site in network.sites.values()] == ["Gdansk", "Warsaw"]
    assert next(iter(network.links.values())).length_m == 273_500


HEADER = (
    "L.p.;Dl_geo_Tx;Sz_geo_Tx;H_t_Tx [m npm];Miejscowość Tx;Dl_geo_Rx;Sz_geo_Rx;H_t_Rx [m npm];"
    "Miejscowość Rx;f [GHz];Nr_kan;Szer_kan [MHz];Polaryzacja;Przepływność [Mb/s];Operator"
)
ROWS = (
    "1;22E55'30\";54N06'00\";170;Suwałki;23E20'00\";54N01'30\";140;Sejny;22,4;5;28;H;183;ALFA",
    "2;23E20'00\";54N01'30\";140;Sejny;22E55'30\";54N06'00\";170;Suwałki;23,408;5';28;H;183;ALFA",
    "3;22E55'30\";54N06'00\";170;Suwałki;23E20'00\";54N01'30\";140;Sejny;22,428;6;28;V;183;ALFA",
    "4;22E55'30\";54N06'00\";170;Suwałki;22E20'00\";53N49'40\";131;Ełk;18,1;1;56;V;366;BETA",
)


def test_permits_of_both_directions_are_one_link_and_channels_are_links_beside_each_other() -> None:
    draft = permits.read("\n".join([HEADER, *ROWS]), "linie.csv")
    network = draft.network()
    assert sorted(site.name for site in network.sites.values()) == ["Ełk", "Sejny", "Suwałki"]
    assert len(network.links) == 3
    first = next(iter(network.links.values()))
    assert first.medium is Medium.MICROWAVE
    assert first.carrier is not None
    assert first.carrier.frequency_hz == pytest.approx(22.4e9)
    assert first.carrier.polarisation is Polarisation.HORIZONTAL
    assert first.capacity_bps == 183e6
    suwalki = next(site for site in network.sites.values() if site.name == "Suwałki")
    assert suwalki.position.longitude_deg == pytest.approx(22.925)
    assert suwalki.position.altitude_m == 170


def test_permits_of_one_operator_and_of_the_older_column_names() -> None:
    header = HEADER.replace("Dl_geo_Tx", "Dł geo Tx").replace("Sz_geo_Tx", "Sz geo Tx")
    network = permits.read("\n".join([header, *ROWS]), "x", operator="beta").network()
    assert len(network.links) == 1


def test_a_permit_with_an_impossible_place_is_told_with_its_line() -> None:
    row = ROWS[0].replace("22E55'30\"", "22N55'30\"")
    with pytest.raises(NetworkError, match=r"x: line 2: .* is no place E or W"):
        permits.read(f"{HEADER}\n{row}", "x")
    row = ROWS[0].replace("22E55'30\"", "22E75'30\"")
    with pytest.raises(NetworkError, match=r"line 2: .* more than 59 minutes"):
        permits.read(f"{HEADER}\n{row}", "x")


@pytest.mark.skipif(not ZOO.is_dir(), reason="the Topology Zoo is not beside the repository")
def test_every_network_of_the_topology_zoo_is_read_with_all_its_links() -> None:
    paths = sorted(ZOO.glob("*.graphml"))
    nodes = links = loops = 0
    for path in paths:
        draft = graphml.read(path.read_text("utf-8"), path.name)
        kept = draft.without_loops()
        snapshot = kept.snapshot()
        nodes += len(snapshot.sites)
        links += len(snapshot.links)
        loops += len(kept.left_out)
    # 10,952 nodes and 13,974 links are published for the 276 networks, self-loops apart.
    assert (len(paths), nodes, links) == (276, 10_952, 13_974)
    assert loops > 0
