from xml.etree import ElementTree as ET

from tests.project.planning_pictures import BORDER, PICTURES, border, draw


def test_the_picture_of_the_border_is_what_topo_answers_today() -> None:
    drawn = draw(BORDER, border())
    assert (PICTURES / "planning-border.svg").read_text("utf-8") == drawn, (
        "draw it with `python -m tests.project.planning_pictures`"
    )
    svg = "{http://www.w3.org/2000/svg}"
    tree = ET.fromstring(drawn)
    sites = len(border().network.sites)
    assert len(list(tree.iter(f"{svg}title"))) == sites
    assert len(list(tree.iter(f"{svg}polygon"))) == 1  # the worst disc
