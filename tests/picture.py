"""Takes the picture of the report that README.md shows: its first screen, in Debian's chromium.

`python tests/picture.py results/report.html` writes docs/report.png; `make docs` calls it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from documents import DOCS

PICTURE = DOCS / "report.png"
MOST_BYTES = 200_000
SCREEN = {"width": 1200, "height": 870}


def take(page_file: Path, picture: Path) -> None:
    """Write a PNG of the first screen of a report.

    Raises
    ------
    ValueError
        If it would be larger than a front page should load.
    """
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=arguments)
        page = browser.new_page(viewport=SCREEN, color_scheme="light")
        page.goto(page_file.resolve().as_uri())
        page.wait_for_function("document.documentElement.dataset.ready === 'yes'", timeout=60_000)
        image = page.screenshot(animations="disabled")
        browser.close()
    if len(image) > MOST_BYTES:
        raise ValueError(f"the picture has {len(image)} bytes; {MOST_BYTES} are allowed")
    picture.write_bytes(image)


if __name__ == "__main__":
    take(Path(sys.argv[1]), PICTURE)
