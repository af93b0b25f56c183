"""What the notebook computes, from its two files to its ten accuracies, as one script.

    python -m benchmarks.notebook_procedure FOLDER OUTPUT.json

A transcription of the behaviour, written for this benchmark: embeddings parsed by `ast.literal_eval`, an
`SVC(probability=True)` for each modality and one for both side by side, then the seven rules. Each stage
notes its seconds on the clock and of processor time, so that a run beside other work can be judged too.
Forest, network and sigmoids are seeded here, which changes nothing of the cost.
"""

from __future__ import annotations

import ast
import json
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

MODALITIES = ("lyrics", "audio")


class Clock:
    """Seconds of each stage, in the order in which they ran."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time what happens inside the block."""
        wall, processor = time.perf_counter(), time.process_time()
        yield
        self.stages[stage] = {
            "wall": time.perf_counter() - wall,
            "processor": time.process_time() - processor,
        }
        print(f"{stage}: {self.stages[stage]}", flush=True)


def main(folder: Path, output: Path) -> None:
    warnings.filterwarnings("ignore", message=".*probability.*", category=FutureWarning)
    clock = Clock()
    with clock("read"):
        frames = [pd.read_csv(folder / f"LaA_{split}.csv") for split in ("train", "test")]
    with clock("parse"):
        X_train, X_test = (
            {
                name: np.stack([np.array(ast.literal_eval(text)) for text in frame[f"{name}_embedding"]])
                for name in MODALITIES
            }
            for frame in frames
        )
    y_train, y_test = (frame["label"].to_numpy() for frame in frames)

    in_sample, on_test = {}, {}
    for name in MODALITIES:
        svm = SVC(kernel="rbf", C=1, gamma="auto", probability=True, random_state=0)
        with clock(f"fit {name}"):
            svm.fit(X_train[name], y_train)
        with clock(f"predict test {name}"):
            on_test[name] = svm.predict_proba(X_test[name])
        with clock(f"predict train {name}"):
            in_sample[name] = svm.predict_proba(X_train[name])

    accuracy = {name: float((on_test[name].argmax(1) == y_test).mean()) for name in MODALITIES}
    accuracy |= {
        f"{name} in-sample": float((in_sample[name].argmax(1) == y_train).mean()) for name in MODALITIES
    }
    right = {name: on_test[name].argmax(1) == y_test for name in MODALITIES}
    accuracy["either right"] = float((right["lyrics"] | right["audio"]).mean())

    def note(rule: str, predicted: np.ndarray) -> None:
        accuracy[rule] = float((predicted == y_test).mean())

    with clock("rules"):
        note("mean", (on_test["lyrics"] + on_test["audio"]).argmax(1))
        note("accuracy_weighted", sum(accuracy[name] * on_test[name] for name in MODALITIES).argmax(1))
        note("max_confidence", np.maximum(on_test["lyrics"], on_test["audio"]).argmax(1))
        recall = {
            name: np.array([(in_sample[name].argmax(1)[y_train == k] == k).mean() for k in range(4)])
            for name in MODALITIES
        }
        weighted = [on_test[name] * recall[name] for name in MODALITIES]
        note("class_weighted_max", np.maximum(*weighted).argmax(1))
        stacked_train = np.hstack([in_sample[name] for name in MODALITIES])
        stacked_test = np.hstack([on_test[name] for name in MODALITIES])
        forest = RandomForestClassifier(random_state=0).fit(stacked_train, y_train)
        note("random_forest", forest.predict(stacked_test))
        regression = LogisticRegression(max_iter=1000).fit(stacked_train, y_train)
        note("logistic_regression", regression.predict(stacked_test))
        note("mlp", network(stacked_train, y_train, stacked_test))

    svm = SVC(kernel="rbf", C=1, gamma="auto", probability=True, random_state=0)
    both_train, both_test = (np.hstack([X["audio"], X["lyrics"]]) for X in (X_train, X_test))
    with clock("fit early"):
        svm.fit(both_train, y_train)
    with clock("predict test early"):
        note("early", svm.predict(both_test))
    output.write_text(json.dumps({"stages": clock.stages, "accuracy": accuracy}, indent=1), encoding="utf-8")


def network(X_train: np.ndarray, y_train: np.ndarray, X_test: np.ndarray) -> np.ndarray:
    """Train 8 → 128 → 64 → 4 for 20 epochs in shuffled batches of 64 and return the predicted classes."""
    torch.manual_seed(0)
    rows = torch.utils.data.TensorDataset(torch.tensor(X_train).float(), torch.tensor(y_train))
    layers = torch.nn.Sequential(
        torch.nn.Linear(X_train.shape[1], 128),
        torch.nn.ReLU(),
        torch.nn.Linear(128, 64),
        torch.nn.ReLU(),
        torch.nn.Linear(64, 4),
    )
    optimiser = torch.optim.Adam(layers.parameters(), lr=1e-3)
    for _ in range(20):
        for x, y in torch.utils.data.DataLoader(rows, batch_size=64, shuffle=True):
            optimiser.zero_grad()
            torch.nn.functional.cross_entropy(layers(x), y).backward()
            optimiser.step()
    with torch.no_grad():
        return layers(torch.tensor(X_test).float()).argmax(1).numpy()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
