"""Check the links of a built site without a network.

    python docs/check_links.py build/site

A link inside the site must lead to a file that is there, and to an anchor that is in it. A link out
of the site is looked at for its form alone. What a page loads by itself (pictures, styles, scripts)
must be part of the site, so that it can be read offline. Exit code: 0 all well, 1 broken links,
2 wrong usage.
"""

import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["broken_links"]

LOADED = {("img", "src"), ("script", "src"), ("link", "href"), ("source", "src"), ("iframe", "src")}
NAMES_ONLY = {"canonical", "author", "copyright"}
"""Relations of <link> that name an address and load nothing."""


@dataclass
class Page(HTMLParser):
    """The anchors of one page, and its links: the address, and whether it is loaded by itself."""

    anchors: set[str] = field(default_factory=set)
    links: list[tuple[str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin to read."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of a tag's anchor and link."""
        given = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := given.get(name))}
        for name in ("href", "src"):
            address = given.get(name)
            if address is not None:
                loads = (tag, name) in LOADED and given.get("rel") not in NAMES_ONLY
                self.links.append((address, loads))


def broken_links(site: Path) -> list[str]:
    """Name every link of the site that leads nowhere, with its page and what is wrong."""
    pages = {path.resolve(): _read(path) for path in sorted(site.rglob("*.html"))}
    wrong = []
    for path, page in pages.items():
        for address, loaded in dict.fromkeys(page.links):
            fault = _fault(path, address, loaded, pages)
            if fault:
                wrong.append(f"{path.relative_to(site.resolve())}: {address}: {fault}")
    return wrong


def _read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _fault(path: Path, address: str, loaded: bool, pages: dict[Path, Page]) -> str:  # noqa: FBT001
    """Say what is wrong with a link; empty if nothing is."""
    parts = urlsplit(address)
    if parts.scheme == "data":
        return ""
    if parts.scheme == "mailto":
        return "" if "@" in parts.path else "no address"
    if parts.scheme or parts.netloc:
        if loaded:
            return "loaded from outside the site"
        well = parts.scheme in {"http", "https"} and "." in parts.netloc and " " not in address
        return "" if well else "not a web address"
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return "no such file"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
        return "no such anchor"
    return ""


def main() -> int:
    """Check the site that the command line names."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        print("Give the folder of a built site, such as build/site.", file=sys.stderr)
        return 2
    site = Path(sys.argv[1])
    wrong = broken_links(site)
    count = sum(1 for _ in site.rglob("*.html"))
    print("\n".join(wrong) or f"{count} pages, no broken link.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
