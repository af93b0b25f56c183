"""Results as a run would leave them, from made-up predictions: the report is tested without training."""

import csv
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow as pa

from latefusion.evaluation.checks.finding import gather
from latefusion.evaluation.checks.suite import run_checks
from latefusion.evaluation.evaluate import evaluate
from latefusion.evaluation.samples import Items, Known, Model
from latefusion.evaluation.schemas import SCHEMAS
from latefusion.evaluation.statistics import calibration
from latefusion.evaluation.tables.leaks import leaks
from latefusion.evaluation.tables.ranking_files import write_rankings
from latefusion.evaluation.tables.summary import summarise
from latefusion.fusion.robustness import ROBUSTNESS
from latefusion.report.reading import Sources
from latefusion.store.schemas import GROUPS, items_schema
from latefusion.store.tables import write_json, write_table
from settings import changed

CLASSES = ("Angry", "Happy", "Relaxed", "Sad")
SHARES = np.array([0.2, 0.31, 0.19, 0.3])
SINGLES = ("text", "audio")
SELECTED_RULES = ("random_forest", "log_logistic_regression")
RULES = (
    "mean",
    "accuracy_weighted",
    "max_confidence",
    "random_forest",
    "log_logistic_regression",
    "selected",
)
EVIL = "<script>alert(1)</script>"
DESCRIBE = {
    "artist_name": pa.string(),
    "track_name": pa.string(),
    "valence": pa.float64(),
    "arousal": pa.float64(),
}


class MadeUp:
    """One set of made-up results in a folder.

    Parameters
    ----------
    n : (int, int)
        Items of train and test.
    evil : bool
        Names that are code wherever a page, a formula or JSON could take them for it.
    classes, shares : sequences
        Names of the classes, and how common they are.
    singles : sequence of str
        The modalities.
    strength : mapping of str to float
        How much each modality knows.
    mixes : mapping of str to mapping of str to float, optional
        Of each rule, the weights of the modalities; `scale` makes it surer, `noise` worse, `shift` keeps it
        from its last class, and `echo` makes it repeat a modality. Otherwise rules weigh modalities alike.
    seen : {'none', 'one', 'most'}, optional
        Test items whose group is in training; otherwise groups are drawn at random.
    of_group : float
        Share of the items that have the class that is commonest in their group.
    leak : float
        How much more the models know of items whose group is in training, where it is.
    checked : bool
        Whether the checks are those of the evaluation, not three that are made up.
    metric : str, optional
        `evaluation.metric`.
    in_sample : float
        Accuracy of the views on rows that they saw; out of fold it is 0.4.
    """

    def __init__(
        self,
        folder,
        *,
        n=(300, 100),
        protocols=("replica", "honest", "cross"),
        rules=RULES,
        views=("early",),
        evil=False,
        grouped=True,
        draws=100,
        seed=0,
        test_groups=None,
        classes=CLASSES,
        shares=SHARES,
        singles=SINGLES,
        strength=None,
        mixes=None,
        seen=None,
        of_group=0.0,
        leak=0.0,
        duplicates=2,
        checked=False,
        metric=None,
        in_sample=0.7,
    ):
        self.folder, self.n, self.protocols, self.rules, self.views = Path(folder), n, protocols, rules, views
        self.classes = (EVIL, *classes[1:]) if evil else tuple(classes)
        self.shares, self.singles = np.asarray(shares, float), tuple(singles)
        self.strength = dict.fromkeys(self.singles, 0.9) | (strength or {})
        self.mixes, self.seen, self.of_group, self.leak = mixes or {}, seen, of_group, leak
        self.duplicates, self.checked, self.in_sample = duplicates, checked, in_sample
        self.evil, self.grouped, self.draws, self.test_groups = evil, grouped, draws, test_groups
        self.rng = np.random.default_rng(seed)
        self.config = changed(
            protocols=list(protocols),
            rules=[{"name": name} for name in rules if name != "selected"],
            modalities=[{"name": name, "column": f"{name}_embedding"} for name in self.singles],
        )
        if metric is not None:
            self.config["evaluation"]["metric"] = metric
        if evil:
            self.config["data"]["group"] = EVIL
        self.files = {"evaluation": [], "fusion": [], "models": [], "items": [], "provenance": []}
        self._inputs()
        tables = {protocol: self._protocol(protocol) for protocol in protocols}
        self.leaks = leaks(tables, draws=draws)
        self._save("leaks", self.leaks, self.folder / "evaluation/leaks.parquet")
        self._checks(tables)
        self._rankings(tables)
        self._benchmarks()

    @property
    def sources(self):
        return Sources(
            dataset=self.folder / "dataset.json",
            checks=self.folder / "checks.json",
            groups=self.folder / "groups.parquet",
            rankings={"Markdown": self.folder / "ranking.md", "LaTeX": self.folder / "ranking.tex"},
            item_tables=self.files["items"],
            evaluation=self.files["evaluation"],
            fusion=self.files["fusion"],
            models=self.files["models"],
            provenance=self.files["provenance"],
            benchmarks=self.folder / "benchmarks",
        )

    def _inputs(self):
        total, rng = sum(self.n), self.rng
        k = len(self.classes)
        self.label = rng.choice(k, total, p=self.shares).astype(np.int32)
        self.split = np.array(["train"] * self.n[0] + ["test"] * self.n[1], object)
        self.item = np.array([f"{split}:{row}" for row, split in enumerate(self.split)], object)
        self.group = np.array([f"artist {k}" for k in rng.integers(max(20, total // 3), size=total)], object)
        if self.test_groups is not None:
            self.group[self.n[0] :] = [f"new artist {k % self.test_groups}" for k in range(self.n[1])]
        self._straddle(total)
        if self.of_group:
            taste = {name: rng.choice(k, p=self.shares) for name in sorted({*self.group})}
            follows = rng.random(total) < self.of_group
            self.label[follows] = [taste[name] for name in self.group[follows]]
        self.noise = {name: rng.normal(0, 1, (total, k)) for name in self.singles}
        track = np.array([f"Song number {row}" for row in range(total)], object)
        if self.evil:
            track[:] = [f"{EVIL} & </table> {row}" for row in range(total)]
            track[::7] = '=HYPERLINK("http://example.invalid")'
            self.group = np.array([f'"><img src=x onerror=alert(1)> {name}' for name in self.group], object)
        side = np.array([(-1, 1), (1, 1), (1, -1), (-1, -1)])[self.label % 4]
        valence, arousal = (side * np.abs(rng.normal(0, 0.8, (total, 2)))).round(2).T
        self.described = {
            "artist_name": self.group,
            "track_name": track,
            "valence": valence,
            "arousal": arousal,
        }
        for name in ("train", "test"):
            rows = self.split == name
            schema = items_schema(pa.int64(), DESCRIBE)
            names = np.array(self.classes, object)[self.label]
            columns = [self.item, self.label.astype(np.int64), names, self.group, *self.described.values()]
            path = self.folder / f"items/{name}.parquet"
            write_table(pa.table([pa.array(column[rows]) for column in columns], schema=schema), path, schema)
            self.files["items"].append(path)
            path = path.with_suffix(".source.json")
            origin = {"path": f"data/{name}.csv", "bytes": 26_000 * int(rows.sum()), "sha256": "ab" * 32}
            write_json({**origin, "rows": int(rows.sum())}, path)
            self.files["provenance"].append(path)
        groups = pa.table([pa.array(self.item), pa.array(self.group)], schema=GROUPS)
        write_table(groups, self.folder / "groups.parquet", GROUPS)
        train, test = (np.bincount(self.label[self.split == name], minlength=k) for name in ("train", "test"))
        own = {name: {*self.group[self.split == name]} for name in ("train", "test")}
        shared = own["train"] & own["test"]
        sizes = np.unique(self.group, return_counts=True)[1]
        self.dataset = {
            "classes": [
                {
                    "index": k,
                    "label": k,
                    "name": name,
                    "train": int(train[k]),
                    "test": int(test[k]),
                    "prior": float(train[k] / self.n[0]),
                }
                for k, name in enumerate(self.classes)
            ],
            "n": dict(zip(("train", "test"), self.n, strict=True)),
            "modalities": {
                name: {"dimension": 24, "missing": {"train": 0, "test": 0}} for name in self.singles
            },
            "groups": {
                "known": self.grouped,
                "n": len(sizes),
                "train": len(own["train"]),
                "test": len(own["test"]),
                "shared": len(shared),
                "test_items_seen": int(np.isin(self.group[self.split == "test"], [*shared]).sum()),
                "largest": int(sizes.max()),
                "given_grouped": self.grouped and not shared,
                "cross_grouped": self.grouped,
                "reason": "some test items have their group in train, so the folds are stratified only"
                if shared
                else "no test item has its group in train, so the folds keep groups together",
            },
            "duplicates": {"across": self.duplicates},
            "warnings": [],
        }
        write_json(self.dataset, self.folder / "dataset.json")

    def _straddle(self, total):
        """Have as many test items with their group in training as is asked for; each item alone without."""
        if not self.grouped:
            self.group = self.item.copy()
        if self.seen is None:
            return
        train, test = (np.flatnonzero(self.split == name) for name in ("train", "test"))
        self.group[test] = [f"new {name}" for name in self.group[test]]
        several = {"none": 0, "one": 1, "most": round(0.8 * len(test))}[self.seen]
        self.group[test[:several]] = self.group[self.rng.choice(train, several)]

    def _signals(self, rows, protocol):
        """Return what each modality says of each item: more where it has seen the group, on the files."""
        truth = np.eye(len(self.classes))[self.label[rows]]
        known = np.isin(self.group[rows], self.group[self.split == "train"]) & (protocol != "cross")
        more = self.leak * known[:, None] * truth
        return {name: self.strength[name] * truth + self.noise[name][rows] + more for name in self.singles}

    def _mixed(self, name, signal):
        """Return the scores of a rule whose mix of the modalities is given."""
        mix = dict(self.mixes[name])
        if "echo" in mix:
            return signal[mix["echo"]]
        scale, noise, shift = mix.pop("scale", 1.0), mix.pop("noise", 0.0), mix.pop("shift", 0.0)
        scores = sum(weight * signal[modality] for modality, weight in mix.items())
        scores = scale * scores + noise * self.rng.normal(0, 1, scores.shape)
        scores[:, -1] -= shift
        return scores

    def _protocol(self, protocol):
        rows = np.arange(len(self.item)) if protocol == "cross" else np.flatnonzero(self.split == "test")
        lift = {"replica": 0.5, "honest": 0.3, "cross": 0.0}[protocol]
        parts = [f"cross-0-{k}" for k in range(5)] if protocol == "cross" else ["given"]
        partition = np.array(parts, object)[np.arange(len(rows)) % len(parts)]
        y = self.label[rows]
        signal = self._signals(rows, protocol)
        models, known, scored = [], {}, {}
        everyone = [
            ("majority", "baseline", 0.0, 0.0),
            *((("group_lookup", "baseline", 0.0, 0.0),) if self.grouped else ()),
            *((name, "single", 1.0 + lift, 0.0) for name in self.singles),
            *((name, "early", 1.0 + lift, 0.8) for name in self.views),
            *((name, "rule", 1.0 + lift + 0.05 * place, 1.0) for place, name in enumerate(self.rules)),
        ]
        for name, kind, size, both in everyone:
            if kind == "baseline":
                scores = np.log(np.tile(self.shares, (len(rows), 1)))
            elif kind == "single":
                scores = size * signal[name]
            elif name in self.mixes:
                scores = self._mixed(name, signal)
            else:
                if name == "accuracy_weighted":
                    size, both = 1 + lift, 1.0
                first, *others = signal.values()
                scores = size * 0.6 * (first + both * sum(others))
                scores[:, 2 % scores.shape[1]] -= 1.5
            scored[name] = scores
            if name == "selected" and self.mixes:
                scores = scored[self._chosen()[1]]
            if name == "group_lookup":
                scores = self._looked_up(rows, protocol)
            p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
            repeat = np.zeros(len(rows), np.int32)
            probabilistic = name != "group_lookup"
            models.append(
                Model(
                    name,
                    kind,
                    probabilistic,
                    self.item[rows],
                    y,
                    p.argmax(axis=1).astype(np.int32),
                    p,
                    partition,
                    repeat,
                )
            )
            if kind in ("single", "early"):
                known[name] = Known(
                    {"accuracy": self.in_sample, "log_loss": 0.7},
                    {
                        "accuracy": 0.4,
                        "log_loss": 1.39 - 0.1 * self.strength.get(name, 0.9),
                        "macro_f1": 0.3 + 0.1 * self.strength.get(name, 0.9),
                    },
                    self.n[0],
                    grid=[
                        {"partition": part, "C": C, "gamma": "auto", "log_loss": 1.3 + C}
                        | {"accuracy": 0.4, "chosen": C == 0.1}
                        for part in parts
                        for C in (1.0, 0.1)
                    ],
                )
        items = Items(self.item, self.label, self.group, self.split, self.described)
        # of what chance makes of perfect calibration a page needs no more draws than of the rest
        with patch.object(calibration, "DRAWS", self.draws):
            tables = evaluate(
                models,
                protocol=protocol,
                items=items,
                dataset=self.dataset,
                known=known,
                by=["track_name"] if self.evil else [],
                draws=self.draws,
                metric=self.config["evaluation"]["metric"],
                learning_curve=[
                    {
                        "model": name,
                        "kind": "single",
                        "share": share,
                        "rows": int(share * self.n[0]),
                        "groups": 20,
                    }
                    | {
                        "metric": "accuracy",
                        "value": 0.4 + 0.1 * share,
                        "low": 0.35,
                        "high": 0.55,
                        "n": self.n[1],
                    }
                    for name in self.singles
                    for share in (0.1, 0.25, 0.5, 1.0)
                ],
            )
        for name, table in tables.items():
            self._save(name, table, self.folder / f"evaluation/{protocol}/{name}.parquet")
        self._fusion(protocol, parts)
        return tables

    def _looked_up(self, rows, protocol):
        """Return scores of the commonest class of an item's group in training, of all where there is none."""
        known = np.zeros(len(self.item), bool) if protocol == "cross" else self.split == "train"
        votes = {}
        for group, label in zip(self.group[known], self.label[known], strict=True):
            votes.setdefault(group, np.log(self.shares).copy())[label] += 10
        return np.array([votes.get(group, np.log(self.shares)) for group in self.group[rows]])

    def _chosen(self):
        """Return the rule that `selected` is in one partition, and the one that it is in the others."""
        named = [name for name in self.rules if name != "selected"]
        return SELECTED_RULES if not self.mixes else (named[0], named[-1])

    def _save(self, name, table, path):
        write_table(table, path, SCHEMAS[name])
        self.files["evaluation"].append(path)

    def _fusion(self, protocol, parts):
        for place, rule in enumerate(self.rules):
            path = self.folder / f"fusion/{protocol}/{rule}.json"
            second, first = self._chosen()
            chosen = {
                part: {"chosen": second if k == 0 and len(parts) > 1 else first}
                for k, part in enumerate(parts)
            }
            each = {name: {"leave_one_out": {"accuracy": 0.02, "log_loss": 0.03}} for name in self.singles}
            write_json({"partitions": chosen} if rule == "selected" else {"contributions": each}, path)
            self.files["fusion"].append(path)
            if rule == "selected":
                continue
            rows = [
                {
                    "modality": modality,
                    "unit": unit,
                    "share": share,
                    "seed": seed,
                    "n": 100,
                    "lost": round(share * 100),
                }
                | {"accuracy": 0.45 - 0.1 * share + 0.01 * place, "log_loss": 1.2}
                for modality in (*self.singles, "all")
                for unit in ("rows", "groups")
                for share in (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
                for seed in range(5)
            ]
            path = path.with_suffix(".robustness.parquet")
            write_table(pa.Table.from_pylist(rows, schema=ROBUSTNESS), path, ROBUSTNESS)
            self.files["fusion"].append(path)
        for view in (*self.singles, *self.views):
            path = self.folder / f"{parts[0]}/models/{view}.json"
            if path not in self.files["models"]:
                facts = {
                    "C": 1.0,
                    "gamma": "auto",
                    "gammas": [0.04],
                    "n_support": 250,
                    "n_inverted_sigmoids": 0,
                    "approximated": False,
                }
                write_json(facts | {"rows": self.n[0], "columns": 24}, path)
                self.files["models"].append(path)

    def _checks(self, tables):
        if self.checked:
            weighted = ["accuracy_weighted"] if "accuracy_weighted" in self.rules else []
            found = run_checks(
                gather(
                    tables,
                    self.dataset,
                    weighted_by_test=weighted,
                    leaks=self.leaks,
                    metric=self.config["evaluation"]["metric"],
                )
            )
            write_json(found, self.folder / "checks.json")
            return
        who = EVIL if self.evil else "artist"
        checks = [
            ("groups_straddle", "error", None, [], f"86 % of the test items have their {who} in training."),
            (
                "class_never_predicted",
                "warning",
                "cross",
                [*self.rules],
                "Relaxed is nearly never predicted.",
            ),
            ("coinciding_rules", "note", "cross", ["mean", "accuracy_weighted"], "Two rules coincide."),
        ]
        write_json(
            {
                "checks": [
                    {
                        "code": code,
                        "severity": severity,
                        "protocol": protocol,
                        "models": models,
                        "sentence": sentence,
                    }
                    | {
                        "evidence": {"share": 0.86, "items": 344, "of": ["a", 1.5]},
                        "what_to_do": "Believe cross.",
                    }
                    for code, severity, protocol, models, sentence in checks
                ],
                "codes": [*(code for code, *_ in checks), "few_groups"],
            },
            self.folder / "checks.json",
        )

    def _rankings(self, tables):
        metric = self.config["evaluation"]["metric"]
        markdown, latex, csv_file = (self.folder / f"ranking.{ending}" for ending in ("md", "tex", "csv"))
        rows = summarise(tables, metric)
        write_rankings(rows, metric, as_markdown=markdown, as_latex=latex, as_csv=csv_file)

    def _benchmarks(self):
        jobs = [
            "ingest/train",
            "ingest/test",
            "check_dataset",
            "assign_partitions",
            "summarise",
            "select_rule/cross",
        ]
        jobs += [f"{rule}/given/{name}" for rule in ("train_svm", "predict_svm") for name in self.singles]
        jobs += [f"fuse/{protocol}/{rule}" for protocol in self.protocols for rule in self.rules]
        jobs += [f"evaluate/{protocol}" for protocol in self.protocols]
        for place, job in enumerate(jobs):
            path = self.folder / f"benchmarks/{job}.tsv"
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", newline="") as file:
                writer = csv.writer(file, delimiter="\t")
                writer.writerow(["s", "h:m:s", "max_rss"])
                writer.writerow(
                    [f"{1.5 + place:.2f}", "0:00:01", "-" if place == 0 else f"{150 + 40 * place}.0"]
                )
