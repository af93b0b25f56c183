"""The command `rules`: the catalogue on the terminal, and the file of a rule of one's own to begin with."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from latefusion.core.errors import InputError, nearest
from latefusion.core.wording import listed
from latefusion.planning.configuration import RESERVED_NAMES
from latefusion.planning.own_rules import KEY, own_folder, read_all_rules
from latefusion.planning.rule_catalogue import CONTRACTS, RuleFacts, as_yaml
from launcher.command_line import read_configuration
from launcher.errors import LaunchError
from launcher.place import PACKAGE
from launcher.terminal import say

TEMPLATE = Path(__file__).with_name("new_rule.txt")
FOLDER = "rules"
WIDTH = 100


def show(name: str | None, configuration: Path) -> int:
    """List the fusion rules, those of the user's folder among them, or all that is known of one.

    Raises
    ------
    LaunchError
        If there is no rule of that name, or a rule of the user's cannot be read.
    """
    rules = _rules(configuration)
    if name is None:
        say("\n".join(line for own in rules.values() for line in _brief(own)))
    elif name in rules:
        say("\n".join(line for rule in rules[name] for line in _full(rule)))
    else:
        close = nearest(name, rules)
        fix = f"write {close}" if close else f"`rules {name} --new` writes a file to begin with"
        raise LaunchError(
            f"{name}\n    found:   no rule of this name\n    allowed: {listed(sorted(rules))}\n"
            f"    fix:     {fix}"
        )
    return 0


def new(name: str, configuration: Path) -> int:
    """Write the file of a rule of one's own, which works as it is, and say how to name it.

    Raises
    ------
    LaunchError
        If a rule has that name, if Python cannot import it, or if the file is there.
    """
    file = (folder := _folder(configuration)) / f"{name}.py"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise _refused(name, "no name for a rule", "small letters, digits and _, a letter first", "my_rule")
    if file.exists():
        raise LaunchError(f"{file} is there already: edit it, or choose another name")
    if name in _rules(configuration) or name in RESERVED_NAMES:
        raise _refused(name, "a name that the package has taken", "a name of its own", f"my_{name}")
    title = "".join(part.capitalize() for part in name.split("_"))
    text = TEMPLATE.read_text(encoding="utf-8").replace("class Mine(", f"class {title}(")
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(text.replace("{name: mine,", f"{{name: {name},"), encoding="utf-8")
    say(
        f"Wrote {file}, a rule that works as it is. In the configuration:\n\n"
        f"{KEY}: {folder}\nrules:\n  - {{name: {name}}}"
    )
    return 0


def _refused(name: str, found: str, allowed: str, better: str) -> LaunchError:
    return LaunchError(
        f"{name}\n    found:   {found}\n    allowed: {allowed}\n    fix:     name it {better} for instance"
    )


def _folder(configuration: Path) -> Path:
    written = read_configuration(configuration).get(KEY) if configuration.is_file() else None
    return Path(written if isinstance(written, str) else FOLDER)


def _rules(configuration: Path) -> dict[str, list[RuleFacts]]:
    """Return what is known of each rule, for each task that it serves."""
    try:
        own = None
        if configuration.is_file():
            own = own_folder(read_configuration(configuration), str(configuration))
        found = [read_all_rules(PACKAGE / "rules", own, task) for task in CONTRACTS]
        names = sorted(set().union(*found))
        return {name: [rules[name] for rules in found if name in rules] for name in names}
    except InputError as error:
        raise LaunchError(str(error)) from error


def _brief(served: Sequence[RuleFacts]) -> Iterator[str]:
    rule, tasks = served[0], [one.task for one in served]
    marks = [word for word, holds in (("learns", rule.learns), ("a score", not rule.probabilistic)) if holds]
    if tasks != ["classes"]:
        marks.append(f"for {listed(tasks)}")
    yield rule.name + (f" ({', '.join(marks)})" if marks else "")
    yield from _indented(rule.notes.get("formula", rule.summary))
    if rule.options:
        yield from _indented(
            "options: " + ", ".join(f"{name}: {as_yaml(default)}" for name, default in rule.options.items())
        )


def _full(rule: RuleFacts) -> Iterator[str]:
    yield f"{rule.name}, for {rule.task}"
    yield from _indented(rule.summary)
    for name, text in rule.notes.items():
        yield from _indented(f"{name}: {text}")
    for name, default in rule.options.items():
        about = rule.described.get(name, "")
        yield from _indented(f"option {name}: {as_yaml(default)}" + (f". {about}" if about else ""))
    yield from _indented(f"file: {rule.file}")


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="        ")
