"""A browser for the pages that a file of tests looks at."""

import pytest

from opened_page import CHROMIUM


# not longer: while it is open an event loop runs in this thread, beside which Snakemake plans nothing
@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()
