"""The page in a real browser: it draws, sorts, saves, fits, and can be read by everybody."""

from pathlib import Path

import pytest

from latefusion.report.page import write_report
from made_up_results import EVIL, MadeUp
from opened_page import CHROMIUM, Opened

WIDTHS = (390, 1440)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A page whose every name is an attack."""
    folder = tmp_path_factory.mktemp("browser")
    made_up = MadeUp(folder, evil=True, n=(150, 60))
    write_report(made_up.sources, folder / "report.html", made_up.config)
    return folder / "report.html"


@pytest.fixture(scope="module", params=WIDTHS)
def opened(browser, file, request):
    shown = Opened(browser, file, viewport={"width": request.param, "height": 900})
    yield shown
    shown.context.close()


def test_nothing_is_complained_about_and_no_request_leaves_the_file(opened, file):
    assert opened.wrong == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [file.as_uri()]


def test_every_chart_is_drawn_with_marks(opened):
    drawn = opened.charts()
    assert len(drawn) >= 15
    assert [name for name, state, marks in drawn if state != "yes" or marks < 2] == []


def test_a_mark_tells_its_numbers_where_the_pointer_rests(opened):
    plot = opened.page.locator("#class-shares")
    plot.scroll_into_view_if_needed()
    plot.locator("path[aria-roledescription], g.mark-rect path").first.hover(force=True)
    tip = opened.page.locator("#vg-tooltip-element.visible")
    tip.wait_for(timeout=10_000)
    assert "items" in tip.inner_text()
    opened.page.mouse.move(0, 0)


def test_nothing_is_wider_than_the_page(opened):
    width, inner = opened.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= inner
    assert opened.outside() == []


def test_names_that_are_code_stay_text(opened):
    assert opened.page.get_by_text(EVIL).count() > 0
    assert opened.page.locator("img").count() == 0


def column(page, place):
    return page.eval_on_selector_all(
        f"#ranking tbody tr > :nth-child({place})", "cells => cells.map(c => c.dataset.v)"
    )


def test_a_click_sorts_by_number_and_a_second_one_turns_the_order(opened):
    button = opened.page.locator("#ranking thead button", has_text="Macro-F1")
    place = opened.page.evaluate(
        "b => [...b.closest('tr').children].indexOf(b.closest('th')) + 1", button.element_handle()
    )
    for reverse in (True, False):
        button.click()
        values = [float(value) for value in column(opened.page, place)]
        assert values == sorted(values, reverse=reverse)
        state = opened.page.get_attribute(f"#ranking thead th:nth-child({place})", "aria-sort")
        assert state == ("descending" if reverse else "ascending")


def test_a_click_sorts_by_text(opened):
    opened.page.locator("#ranking thead button", has_text="Model").click()
    names = column(opened.page, 1)
    assert names == sorted(names)


def test_a_table_is_saved_with_all_digits_and_no_formula(opened):
    opened.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    with opened.page.expect_download() as waiting:
        opened.page.locator("button.csv[data-table=items-nobody]").click()
    opened.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = false)")
    saved = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert waiting.value.suggested_filename == "items-nobody.csv"
    assert saved.startswith("item,artist_name,track_name,valence,arousal,class,")
    import csv
    import io

    rows = list(csv.DictReader(io.StringIO(saved, newline="")))
    assert rows
    assert all(abs(float(row["p_label"])) < 1 for row in rows)
    titles = {row["track_name"][:14] for row in rows}
    assert titles <= {EVIL[:14], "'=HYPERLINK(\"h"[:14]}
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row.values())


def test_intervals_are_saved_as_numbers(opened):
    import csv
    import io

    with opened.page.expect_download() as waiting:
        opened.page.locator("button.csv[data-table=ranking]").click()
    saved = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(saved, newline="")))
    assert len(rows) == opened.page.locator("#ranking tbody tr").count()
    for row in rows:
        low, value, high = (float(row[name]) for name in ("accuracy_low", "accuracy", "accuracy_high"))
        assert low <= value <= high
    assert any(float(row["difference_low"]) < 0 for row in rows if row["difference_low"])


def pasted(page):
    """Return what the clipboard holds, as it arrives in a field."""
    page.evaluate("document.body.append(document.createElement('textarea'))")
    field = page.locator("textarea")
    field.focus()
    page.keyboard.press("Control+V")
    text = field.input_value()
    field.evaluate("field => field.remove()")
    return text


def test_the_ranking_is_copied_by_key_and_this_is_said_where_pages_may_use_the_clipboard_and_where_not(
    browser, file
):
    shown = Opened(browser, file)
    said = shown.page.get_by_role("status")
    for language, ending in (("Markdown", "md"), ("LaTeX", "tex")):
        shown.page.get_by_role("button", name=f"Copy as {language}").press("Enter")
        said.get_by_text("Copied", exact=True).wait_for()
        assert pasted(shown.page) == (file.parent / f"ranking.{ending}").read_text(encoding="utf-8")
        shown.page.evaluate("document.querySelector('[role=status]').textContent = ''")
        shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    assert shown.wrong == []
    shown.context.close()


def test_nothing_can_be_copied_without_scripts(browser, file):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    buttons = page.locator("button.copy")
    assert buttons.count() == 2
    assert not any(button.is_visible() for button in buttons.all())
    context.close()


def test_bars_stay_in_their_cells(opened):
    outside = opened.page.evaluate(
        """() => [...document.querySelectorAll('td.bars')].filter(cell => {
            const own = cell.getBoundingClientRect();
            return [...cell.querySelectorAll('line, circle, rect, path')].some(mark => {
                const box = mark.getBoundingClientRect();
                return box.left < own.left - 1 || box.right > own.right + 1;
            });
        }).length"""
    )
    assert outside == 0


@pytest.fixture
def unfolded(opened):
    opened.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    yield opened
    opened.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = false)")


def height(page):
    return page.evaluate("document.documentElement.scrollHeight")


def test_the_page_is_short_until_it_is_unfolded_and_the_answer_is_two_screens(opened):
    opened.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = false)")
    if opened.page.viewport_size["width"] == 1440:
        assert height(opened.page) <= 9000
        tenth = opened.page.locator("#ranking tbody tr:visible").nth(9)
        assert tenth.evaluate("row => row.getBoundingClientRect().bottom + scrollY") <= 1800
    hidden = opened.page.locator("#items-nobody")
    assert not hidden.is_visible()
    opened.page.locator("#who summary").first.click()
    assert hidden.is_visible()
    opened.page.locator("#who summary").first.click()


def test_a_link_into_what_is_folded_opens_it(opened):
    opened.page.locator(".answer a[href='#checks']").click()
    assert opened.page.evaluate("document.querySelector('#checks > details').open")
    opened.page.evaluate("document.querySelector('#checks > details').open = false")


def test_a_long_table_says_how_many_rows_it_shows_and_opens_the_rest(unfolded):
    for button in unfolded.page.locator("button.more").all():
        table = button.get_attribute("aria-controls")
        seen = f"#{table} tbody tr:visible"
        shown, of, whole = button.locator(".of").inner_text().split()[0:3]
        assert of == "of"
        assert unfolded.page.locator(seen).count() == int(shown) < int(whole)
        button.click()
        assert unfolded.page.locator(seen).count() == int(whole)
        assert button.get_attribute("aria-expanded") == "true"
        button.click()
        assert unfolded.page.locator(seen).count() == int(shown)


def test_no_column_is_clipped_on_a_wide_screen_and_the_graph_fits_on_a_small_one(unfolded):
    if unfolded.page.viewport_size["width"] == 1440:
        clipped = unfolded.page.evaluate(
            """() => [...document.querySelectorAll('.scroll')].filter(s => s.scrollWidth > s.clientWidth + 1)
                .map(s => s.querySelector('table').id).filter(id => !id.startsWith('items-'))"""
        )
        assert clipped == []
    graph = unfolded.page.locator(".graph:visible svg")
    assert graph.count() == 1
    drawn = graph.bounding_box()["width"]
    assert drawn <= unfolded.page.viewport_size["width"]
    assert drawn == pytest.approx(float(graph.get_attribute("width")), abs=1)  # not made smaller to fit


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1440, "light"), (1440, "dark")])
def test_axe_finds_nothing_serious(browser, file, width, scheme):
    # the page's own policy forbids the script that looks at it: only here is it passed over
    shown = Opened(
        browser, file, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    shown.page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    # shades depend on the data: all of them are looked at
    shown.page.evaluate(
        """() => document.querySelectorAll('td.shade').forEach((cell, at) => {
            cell.className = `shade shade-${at % 10}`;
        })"""
    )
    grave = shown.grave()
    shown.context.close()
    assert grave == []


def test_paper_has_light_colours_and_no_wide_page(browser, file):
    shown = Opened(browser, file, viewport={"width": 720, "height": 1000}, color_scheme="dark")
    shown.page.emulate_media(media="print")
    assert shown.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not shown.page.locator("nav.toc").is_visible()
    shown.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    folded = shown.page.evaluate(
        "[...document.querySelectorAll('table')].filter(t => !t.checkVisibility()).map(t => t.id)"
    )
    assert folded == []
    assert shown.page.locator("tr:not(:visible)").count() == 0
    assert shown.page.evaluate("document.querySelectorAll('.plot:not([data-drawn=yes])').length") == 0
    assert shown.page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")
    shown.context.close()
