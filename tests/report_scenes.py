"""Made-up result sets, one for each way that a comparison can end, and what the page says of them.

The sentences stand in `report/answers/`, one file a scene. `python tests/report_scenes.py` writes them anew;
read what changed as a reader of the page would: every sentence has to be true of the numbers in it.
"""

import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent
ANSWERS = TESTS / "report/answers"

EQUAL = {"text": 1.0, "audio": 1.0}
AUDIO = {"echo": "audio"}
GOOD = {"mean": EQUAL, "product": EQUAL | {"scale": 1.4}, "mlp": EQUAL | {"noise": 0.2}}
BOTH = {"text": 0.8, "audio": 1.0}
"""What the modalities know where fusion has something to win."""
LOPSIDED = {"text": 0.1, "audio": 1.0}
RULES = ("mean", "product", "mlp", "selected")
HONEST = ("honest",)
ALONE = {"grouped": False}
LEAST = {
    "views": (),
    "draws": 200,
    "checked": True,
    "duplicates": 0,
    "rules": RULES,
    "seen": "none",
    "in_sample": 0.42,
}

SCENES = {
    "helps": {"strength": BOTH, "mixes": GOOD, "n": (200, 300)},
    "helps-groups-on-both-sides": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (300, 300),
        "seen": "most",
        "of_group": 0.6,
        "leak": 1.0,
    },
    "helps-groups-on-both-sides-of-no-use": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (300, 300),
        "seen": "most",
    },
    "helps-one-item-of-a-known-group": {"strength": BOTH, "mixes": GOOD, "n": (300, 300), "seen": "one"},
    "helps-on-the-files-alone": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (300, 300),
        "seen": "most",
        "of_group": 0.6,
        "leak": 1.0,
        "protocols": HONEST,
    },
    "harms": {
        "strength": LOPSIDED,
        "n": (200, 300),
        "protocols": ("honest", "cross"),
        "mixes": {name: EQUAL | {"noise": 1.0} for name in ("mean", "product", "mlp")},
    },
    "nothing-shown": {
        "strength": BOTH,
        "mixes": {name: {"text": 0.1, "audio": 1.0, "scale": 1.9} for name in ("mean", "product", "mlp")},
        "n": (200, 90),
        "protocols": HONEST,
    },
    "shown-to-be-next-to-nothing": {
        "strength": LOPSIDED,
        "mixes": {
            "mean": {"text": 0.02, "audio": 1.0, "scale": 1.3},
            "product": {"text": 0.03, "audio": 1.0, "scale": 1.3},
            "mlp": {"text": 0.01, "audio": 1.0, "scale": 1.3},
        },
        "n": (200, 2000),
        "protocols": HONEST,
    },
    "decides-as-the-best-modality": {
        "strength": LOPSIDED,
        "mixes": dict.fromkeys(("mean", "product", "mlp"), AUDIO),
        "n": (200, 200),
        "protocols": HONEST,
    },
    "better-in-its-probabilities": {
        "strength": {"text": 0.1, "audio": 0.6},
        "mixes": {name: {"text": 0.1, "audio": 1.0, "scale": 0.6} for name in ("mean", "product", "mlp")},
        "n": (200, 600),
        "protocols": HONEST,
    },
    "another-rule-is-better": {
        "strength": BOTH,
        "mixes": {
            "mean": EQUAL,
            "product": EQUAL | {"scale": 1.4},
            "mlp": {"text": 0.1, "audio": 1.0, "noise": 0.3},
        },
        "n": (200, 300),
        "protocols": HONEST,
    },
    "no-groups": {"strength": BOTH, "mixes": GOOD, "n": (200, 200), "seen": None} | ALONE,
    "no-groups-cross-alone": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (200, 200),
        "seen": None,
        "protocols": ("cross",),
    }
    | ALONE,
    "cross-alone": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (200, 200),
        "seen": "most",
        "duplicates": 3,
        "protocols": ("cross",),
    },
    "replica-alone": {
        "strength": BOTH,
        "rules": RULES[:3],
        "mixes": GOOD,
        "n": (200, 200),
        "protocols": ("replica",),
    },
    "tiny-test": {"strength": BOTH, "mixes": GOOD, "n": (60, 12), "protocols": HONEST},
    "few-groups": {"strength": BOTH, "mixes": GOOD, "n": (200, 100), "test_groups": 5, "protocols": HONEST},
    "one-group": {"strength": BOTH, "mixes": GOOD, "n": (200, 60), "test_groups": 1, "protocols": HONEST},
    "one-modality": {
        "singles": ("audio",),
        "rules": ("mean",),
        "mixes": {"mean": AUDIO},
        "n": (200, 100),
        "protocols": HONEST,
    },
    "one-rule": {
        "strength": BOTH,
        "rules": ("mean",),
        "mixes": {"mean": EQUAL},
        "n": (200, 200),
        "protocols": HONEST,
    },
    "no-rule": {"rules": (), "n": (200, 100), "protocols": HONEST},
    "two-classes": {
        "classes": ("calm", "tense"),
        "shares": (0.5, 0.5),
        "strength": BOTH,
        "mixes": GOOD,
        "n": (200, 300),
        "protocols": ("honest", "cross"),
    },
    "rules-that-coincide": {
        "strength": BOTH,
        "mixes": dict.fromkeys(("mean", "product", "mlp"), EQUAL),
        "n": (200, 200),
        "protocols": HONEST,
    },
    "all-right": {
        "strength": {"text": 30.0, "audio": 30.0},
        "mixes": GOOD,
        "n": (200, 150),
        "protocols": HONEST,
    },
    "nothing-learned": {
        "strength": {"text": 0.0, "audio": 0.0},
        "mixes": GOOD,
        "n": (200, 200),
        "protocols": ("honest", "cross"),
    },
    "a-class-never-said": {
        "strength": BOTH,
        "mixes": {name: EQUAL | {"shift": 9.0} for name in ("mean", "product", "mlp")},
        "n": (200, 300),
        "protocols": HONEST,
    },
    "learned-by-heart": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (200, 300),
        "in_sample": 0.9,
        "protocols": HONEST,
    },
    "one-duplicate": {"strength": BOTH, "mixes": GOOD, "n": (200, 300), "duplicates": 1, "protocols": HONEST},
    "many-duplicates": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (200, 300),
        "duplicates": 90,
        "protocols": HONEST,
    },
    "weights-from-test": {
        "strength": BOTH,
        "rules": ("mean", "accuracy_weighted", "selected"),
        "mixes": {"mean": EQUAL, "accuracy_weighted": EQUAL | {"scale": 1.2}},
        "n": (200, 300),
        "protocols": ("replica", "honest"),
    },
    "by-macro-f1": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (200, 300),
        "protocols": HONEST,
        "metric": "macro_f1",
    },
    "by-log-loss": {
        "strength": BOTH,
        "mixes": GOOD,
        "n": (200, 300),
        "protocols": HONEST,
        "metric": "log_loss",
    },
}
"""What `made_up_results.MadeUp` makes each scene of."""


def told(name, folder):
    """Return what the page says of a scene: the answer, the key figures and the checks."""
    from latefusion.report.reading import read_results
    from latefusion.report.sections import answer, checks
    from made_up_results import MadeUp

    made_up = MadeUp(folder, **(LEAST | SCENES[name]))
    results = read_results(made_up.sources, made_up.config)
    first, found = answer.section(results), checks.section(results)
    lines = [f"# {name}", ""]
    for one in first.facts["answers"]:
        lines += [f"{one.label} [{one.tone}]", f"  {one.verdict}", f"  {one.text}", ""]
    lines += ["Key figures"]
    lines += [f"  {one['title']}: {one['value']} ({one['note']})" for one in first.facts["key"]]
    table = first.tables[0]
    lines += ["", f"Ranking. {table.caption}"]
    lines += [_row(row) for row in table.rows]
    lines += ["", f"Checks. {found.finding}"]
    for card in found.facts["found"]:
        lines.append(f"  [{card['word']}] {card['title']} {card['count']}".rstrip())
        lines += [f"    {where + ': ' if where else ''}{sentence}" for where, sentence in card["findings"]]
        lines += [f"    -> {todo}" for todo in card["what_to_do"]]
    lines += ["", f"{found.facts['silent']}:", *(f"  + {one}" for one in found.facts["passed"])]
    return "\n".join(lines).replace("\u00a0", " ").replace("\u202f", " ") + "\n"


def _row(row):
    """Return a row of the ranking as a reader sees it, without its drawing."""
    cells = [
        " ".join(filter(None, (cell.mark, cell.text, f"({cell.note})" * bool(cell.note)))) for cell in row
    ]
    return "  " + " | ".join(cell for cell in cells if cell)


if __name__ == "__main__":
    for place in (TESTS, TESTS.parent / "scripts"):
        sys.path.insert(0, str(place))
    asked = sys.argv[1:] or [*SCENES]
    ANSWERS.mkdir(exist_ok=True)
    for scene in asked:
        with tempfile.TemporaryDirectory() as made:
            (ANSWERS / f"{scene}.txt").write_text(told(scene, Path(made)), encoding="utf-8")
    if not sys.argv[1:]:
        for file in ANSWERS.glob("*.txt"):
            if file.stem not in SCENES:
                file.unlink()
