# Needs: every table. Makes: report.html.
