"""Put the summaries of all runs into one table, and their accuracy with intervals into one plot."""

import altair as alt
import pandas as pd


def panel(rows, title):
    """Return the models of one data set and protocol, the best on top by its mean over the seeds."""
    best = rows.groupby("model")["accuracy"].mean().sort_values(ascending=False, kind="stable").index.tolist()
    base = alt.Chart(rows, title=title).encode(
        y=alt.Y("model:N", sort=best, title=None), color=alt.Color("seed:N", title="seed")
    )
    intervals = base.mark_rule(opacity=0.4).encode(
        x=alt.X("accuracy_low:Q", title="accuracy, 95 % interval", scale=alt.Scale(zero=False)),
        x2="accuracy_high:Q",
    )
    points = base.mark_circle(size=40).encode(x="accuracy:Q")
    return (intervals + points).properties(width=220)


runs = snakemake.params.runs
tables = [
    pd.read_csv(path).assign(dataset=name, seed=seed)
    for path, (name, seed) in zip(snakemake.input, runs, strict=True)
]
study = pd.concat(tables, ignore_index=True)
columns = ["dataset", "seed", *(name for name in study.columns if name not in ("dataset", "seed"))]
study[columns].to_csv(snakemake.output.table, index=False)

shown = study[study["subset"] == "all"]
lines = [
    alt.hconcat(
        *(panel(part, f"{name}, {protocol}") for protocol, part in rows.groupby("protocol", sort=False))
    )
    for name, rows in shown.groupby("dataset", sort=False)
]
alt.vconcat(*lines).save(snakemake.output.plot)
