"""Put the summaries of all runs into one table, and their accuracy with intervals into one plot."""

import altair as alt
import pandas as pd

runs = snakemake.params.runs
tables = [
    pd.read_csv(path).assign(dataset=name, seed=seed)
    for path, (name, seed) in zip(snakemake.input, runs, strict=True)
]
study = pd.concat(tables, ignore_index=True)
columns = ["dataset", "seed", *(name for name in study.columns if name not in ("dataset", "seed"))]
study[columns].to_csv(snakemake.output.table, index=False)

shown = study[study["subset"] == "all"]
best = shown.groupby("model")["accuracy"].mean().sort_values(ascending=False).index.tolist()
base = alt.Chart(shown).encode(y=alt.Y("model:N", sort=best, title=None))
intervals = base.mark_rule(opacity=0.4).encode(
    x=alt.X("accuracy_low:Q", title="accuracy, 95 % interval", scale=alt.Scale(zero=False)),
    x2="accuracy_high:Q",
    color=alt.Color("seed:N"),
)
points = base.mark_circle(size=40).encode(x="accuracy:Q", color="seed:N")
chart = (intervals + points).properties(width=220).facet(row="dataset:N", column="protocol:N")
chart.resolve_scale(y="independent").save(snakemake.output.plot)
