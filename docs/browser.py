"""Chromium without a window, as the system has it: for pictures of pages, and for their tests."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

__all__ = ["NAMES", "find_chromium", "open_chromium"]

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> Path | None:
    """Tell where Chromium is; None if it is not installed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return Path(found) if found else None


def open_chromium(playwright: "Playwright", path: Path) -> "Browser":
    """Start it, so that it asks nobody anything."""
    return playwright.chromium.launch(executable_path=path, args=FLAGS)
