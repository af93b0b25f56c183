"""The page of numbers in a real browser: it draws, fits, and can be read by everybody."""

import pytest

from latefusion.report.target_page import write_target_report
from made_up_results import EVIL
from opened_page import CHROMIUM, Opened
from target_results import made_up

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page whose items are named by attacks."""
    folder = tmp_path_factory.mktemp("numbers")
    sources, config = made_up(folder, names=EVIL)
    write_target_report(sources, folder / "report.html", config)
    return folder / "report.html"


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1440, "light")])
def test_the_page_of_numbers_draws_fits_and_can_be_read(browser, file, width, scheme):
    shown = Opened(
        browser, file, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    assert shown.wrong == []
    assert [url for url in shown.requests if not url.startswith("data:")] == [file.as_uri()]
    charts = shown.charts()
    assert len(charts) >= 7
    assert [name for name, state, marks in charts if state != "yes" or marks < 2] == []
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.outside() == []
    assert shown.page.locator("img").count() == 0
    shown.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert shown.page.get_by_text(EVIL).count() > 0
    assert shown.grave() == []
    shown.context.close()


def test_the_policy_holds_on_the_page_of_numbers(browser, file):
    shown = Opened(browser, file, viewport={"width": 1440, "height": 900})
    assert shown.wrong == []
    assert {state for _, state, _ in shown.charts()} == {"yes"}
    shown.context.close()
