"""README's picture is what the command prints now."""

import html
import re

from docs.pictures.terminal import PICTURE, picture


def words(svg):
    """Read the lines of text in a picture of a terminal."""
    return [html.unescape(line) for line in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def test_the_picture_of_readme_is_fresh():
    """The picture shows what grading the demo prints; if not: `python docs/pictures/terminal.py`."""
    drawn = words(PICTURE.read_text(encoding="utf-8"))

    assert drawn == words(picture())
    assert any("hebb.update" in line for line in drawn)


def test_the_picture_loads_nothing():
    """It can be shown without a network: no typeface, no picture from elsewhere."""
    addresses = re.findall(r"https?://[^\"')\s]+", PICTURE.read_text(encoding="utf-8"))

    assert addresses == ["http://www.w3.org/2000/svg"]
