import json
import time

import pytest

from topology.errors import NetworkError
from topology.formats import draft, geojson, graphml, nodelink, permits, sndlib
from topology.formats.draft import Edge, Node, drafted
from topology.model import Position

HEAD = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'


def graph(body: str) -> str:
    return f"{HEAD}<graph>\n{body}\n</graph></graphml>"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<node/>", "f.xml: line 3: <node> without id"),
        ('<node id="a"/>\n<edge source="a"/>', "f.xml: line 4: <edge> without target"),
        ('<node id="a"><data key="k">1</data></node>', "f.xml: line 3: there is no <key> 'k'"),
        ('<node id="a">', "f.xml: line 4: no XML: mismatched tag"),
    ],
)
def test_graphml_that_cannot_be_read_is_refused_with_its_line(body: str, words: str) -> None:
    with pytest.raises(NetworkError) as told:
        graphml.read(graph(body), "f.xml")
    assert str(told.value) == words


def test_entities_that_expand_or_fetch_are_refused_at_once() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE g [<!ENTITY l0 "ha">{levels}]>\n<graphml>&l9;</graphml>'
    external = '<!DOCTYPE g [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<graphml>&x;</graphml>'
    for text in (laughs, external, '<!DOCTYPE g SYSTEM "http://127.0.0.1/g.dtd">\n<graphml/>'):
        start = time.process_time()
        with pytest.raises(NetworkError, match=r"line 1: a document type .* is not read"):
            graphml.read(text, "f.xml")
        assert time.process_time() - start < 1


def test_elements_in_elements_without_end_are_refused() -> None:
    with pytest.raises(NetworkError, match="elements in more than 50 elements"):
        graphml.read("<a>" * 100_000, "f.xml")
    with pytest.raises(NetworkError, match="too deep"):
        nodelink.read('{"nodes":' + "[" * 200_000, "f.json")


def test_what_is_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(NetworkError, match="characters are more than"):
        graphml.read(" " * (draft.MOST_OCTETS + 1), "f.xml")
    nodes = (Node(id=str(at), place="line 1") for at in range(draft.MOST_NODES + 1))
    with pytest.raises(NetworkError, match="more than 200,000 sites"):
        drafted("f", nodes, ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "f.json: line 1: no JSON: Expecting property name enclosed in double quotes"),
        ("[]", "f.json: the whole must be an object, {…}"),
        ("{}", "f.json: nodes must be a list"),
        ('{"nodes":[1],"edges":[]}', "f.json: node 0: id must be a text or a whole number"),
        ('{"nodes":[],"edges":[{"source":"a"}]}',
         "f.json: edge 0: target must be a text or a whole number"),
        ('{"nodes":[{"id":"a","latitude":"x","longitude":1}],"edges":[]}',
         "f.json: node 0: latitude: 'x' is no number"),
        ('{"nodes":[{"id":"a","role":"king"}],"edges":[]}',
         "f.json: node 0: role 'king' is none of core, border_post, relay, sensor, mobile"),
        ('{"nodes":[{"id":"a","devices":"[1]"}],"edges":[]}',
         "f.json: node 0: devices must be a list of pairs of texts"),
    ],
)  # fmt: skip
def test_node_link_json_that_cannot_be_read_is_refused_with_its_place(
    text: str, words: str
) -> None:
    with pytest.raises(NetworkError) as told:
        nodelink.read(text, "f.json")
    assert str(told.value) == words


def test_sites_given_twice_and_links_to_themselves_are_told_with_both_places() -> None:
    text = graph(
        '<node id="a"/>\n<node id="a"/>\n<edge id="l" source="a" target="a"/>\n'
        '<edge id="m" source="a" target="x"/>\n<edge id="m" source="a" target="x"/>'
    )
    found = graphml.read(text, "f.xml")
    here = Position(latitude_deg=0, longitude_deg=0)
    with pytest.raises(NetworkError) as told:
        found.network(unplaced=here)
    assert told.value.faults == (
        "f.xml: line 4: site 'a' was given already, at line 3",
        "f.xml: line 5: link 'l' leads from site 'a' to itself; leave it out",
        "f.xml: line 6: link 'm' ends at 'x', which is no site here",
        "f.xml: line 7: link 'm' ends at 'x', which is no site here",
        "f.xml: line 7: link 'm' was given already, at line 6; "
        "a parallel link needs an id of its own",
    )
    assert found.without_loops().left_out == ("f.xml: line 5: link 'l' leads from 'a' to itself",)


def test_sites_without_a_position_are_told_or_left_without_one_in_a_snapshot() -> None:
    found = graphml.read(graph('<node id="a"/><node id="b"/><edge source="a" target="b"/>'), "f")
    with pytest.raises(NetworkError, match="line 3: site 'a' has no position"):
        found.network()
    snapshot = found.snapshot(cores=["a"])
    assert snapshot.links == ("link 0",)
    assert str(snapshot.latitude_deg[0]) == "nan"
    assert str(snapshot.length_m[0]) == "nan"
    with pytest.raises(NetworkError, match="core 'x' is no site here"):
        found.snapshot(cores=["x"])


def test_faults_without_number_are_told_without_end() -> None:
    edges = [Edge(id="", a="x", b="y", place=f"line {at}") for at in range(1000)]
    with pytest.raises(NetworkError) as told:
        drafted("f", (), edges).network()
    assert len(told.value.faults) == 51
    assert told.value.faults[-1] == "and 1950 more"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "f: line 1: neither SNDlib's native format nor its XML"),
        ("?SNDlib native format; type: network; version: 1.0\nNODES (\n a ( 1 )\n)",
         "f: line 3: 'a ( 1 )' is not `name ( one other ) …`"),
        ("?SNDlib native format; type: network; version: 1.0\nNODES (\n a ( 1 2 )",
         "f: line 2: section NODES is never closed"),
        ("?SNDlib native format; type: network; version: 1.0\nNODES (\n a ( 1 x )\n)",
         "f: line 3: 'x' is no number"),
    ],
)  # fmt: skip
def test_sndlib_that_cannot_be_read_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(NetworkError) as told:
        sndlib.read(text, "f")
    assert str(told.value) == words


def test_geojson_that_cannot_be_read_is_refused_with_its_feature() -> None:
    with pytest.raises(NetworkError, match="a FeatureCollection with features is needed"):
        geojson.read("{}", "f")
    point = {"type": "Feature", "id": "a", "geometry": {"type": "Point", "coordinates": [1]}}
    with pytest.raises(NetworkError, match=r"feature 0: coordinates must be \[longitude, lat"):
        geojson.read(json.dumps({"type": "FeatureCollection", "features": [point]}), "f")
    area = {"type": "Feature", "geometry": {"type": "Polygon"}, "properties": None}
    found = geojson.read(json.dumps({"type": "FeatureCollection", "features": [area]}), "f")
    assert found.left_out == (
        "f: feature 0: Polygon is no site, and no link with source and target",
    )


def test_a_list_of_permits_without_its_columns_is_refused() -> None:
    with pytest.raises(NetworkError, match=r"line 1: there is no column 'dlgeotx'"):
        permits.read("a;b;c\n1;2;3\n", "f.csv")
    with pytest.raises(NetworkError, match="line 1: no header"):
        permits.read("", "f.csv")


@pytest.mark.parametrize("encoding", ["foo", "utf-7", "UTF-16", "ISO-8859-1"])
def test_what_a_decoded_text_says_of_its_encoding_does_not_count(encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n' + graph('<node id="Jõhvi"/>')
    assert [node.id for node in graphml.read(text, "f.xml").nodes] == ["Jõhvi"]


def test_numbers_of_thousands_of_digits_are_refused() -> None:
    with pytest.raises(NetworkError, match=r"f.json: no JSON: Exceeds"):
        nodelink.read(f'{{"nodes": [{{"id": {"9" * 5000}}}], "edges": []}}', "f.json")
    point = {"type": "Point", "coordinates": [10**400, 1]}
    feature = {"type": "Feature", "id": "a", "geometry": point}
    with pytest.raises(NetworkError, match=r"f.json: feature 0: '1000.*' is no number"):
        geojson.read(json.dumps({"type": "FeatureCollection", "features": [feature]}), "f.json")


def test_a_place_of_many_spaces_is_refused_at_once() -> None:
    text = "dl_geo_tx,sz_geo_tx,dl_geo_rx,sz_geo_rx,f_ghz,szer_kan_mhz\n"
    start = time.process_time()
    with pytest.raises(NetworkError, match="is no number"):
        permits.read(f"{text}21{' ' * 100_000}x,1,1,1,1,1\n", "f.csv")
    assert time.process_time() - start < 1


@pytest.mark.parametrize("identity", ["\x1b[2J", "\x9b2J", "\ud800", "\u202eabc", "a\nb"])
def test_ids_that_a_terminal_or_a_reader_would_be_misled_by_are_refused(identity: str) -> None:
    text = json.dumps({"nodes": [{"id": identity, "pos": [1, 2]}], "edges": []})
    with pytest.raises(NetworkError, match=r"f.json: node 0: id .* holds what nobody sees"):
        nodelink.read(text, "f.json").network()
