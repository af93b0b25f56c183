"""The default configuration and its schema, and how tests vary them."""

import copy
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
RULES = yaml.safe_load((ROOT / "workflow/schemas/rules.schema.yaml").read_text())
LEARNERS = yaml.safe_load((ROOT / "workflow/schemas/learners.schema.yaml").read_text())
FOLDERS = {
    "schemas": ROOT / "workflow/schemas",
    "rules": ROOT / "scripts/latefusion/rules",
    "learners": ROOT / "scripts/latefusion/learners",
}
DEFAULT = yaml.safe_load((ROOT / "config.yaml").read_text())


def changed(**changes):
    """Return the default configuration with some dotted keys set; `__` stands for a dot."""
    config = copy.deepcopy(DEFAULT)
    for path, value in changes.items():
        *parents, last = [int(part) if part.isdigit() else part for part in path.split("__")]
        place = config
        for part in parents:
            place = place[part]
        if isinstance(place, list) and last == len(place):
            place.append(value)
        else:
            place[last] = value
    return config
