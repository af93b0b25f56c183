"""A page opened in Debian's chromium, with everything that went wrong on it."""

import shutil

CHROMIUM = shutil.which("chromium")


class Opened:
    """A page with everything that went wrong on it."""

    def __init__(self, browser, file, **options):
        self.context = browser.new_context(accept_downloads=True, **options)
        self.page = self.context.new_page()
        self.wrong, self.requests = [], []
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append("a dialog"), dialog.dismiss()))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_function("document.documentElement.dataset.ready === 'yes'", timeout=60_000)

    def grave(self):
        """What axe finds serious or critical, the page's own policy passed over."""
        from pathlib import Path

        import axe_core_python

        self.page.add_script_tag(path=Path(axe_core_python.__file__).with_name("axe.min.js"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        return [
            (one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"][:300])
            for one in found
            if one["impact"] in ("serious", "critical")
        ]

    def outside(self):
        """What reaches beyond the right edge, and does not scroll by itself."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('main *')]
                .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
                .filter(e => !e.closest('.scroll, .graph, pre'))
                .map(e => `${e.tagName} ${e.textContent.slice(0, 40)}`)"""
        )

    def charts(self):
        """Name, state and number of marks of each chart."""
        return self.page.eval_on_selector_all(
            ".plot",
            """plots => plots.map(
                plot => [plot.id, plot.dataset.drawn, plot.querySelectorAll('svg path').length]
            )""",
        )
