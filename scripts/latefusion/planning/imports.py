"""The imports of a Python file, read from its text: a hundredth of the time that its syntax tree takes.

A statement begins where a line does, or behind a `;` or `:`, and that of an import is made of names alone,
so that a regular expression finds all of them. Text inside of a string may look like one as well: an import
too many makes a job run once more, one too few would leave a wrong result.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

_BLANK = r"(?:[ \t\f]|\\\n)"
_DOTTED = rf"\w+(?:{_BLANK}*\.{_BLANK}*\w+)*"
_STATEMENT = re.compile(
    rf"[\n;:\\]{_BLANK}*(?:"  # a set of characters is looked for much faster than the beginning of a line
    rf"from{_BLANK}*(?P<module>(?:\.|{_BLANK})*(?:{_DOTTED})?){_BLANK}*\bimport\b{_BLANK}*"
    rf"(?:\((?P<inside>(?:[^()#]|\#[^\n]*\n)*)\)|(?P<line>\*|\w(?:\w|,|{_BLANK})*))"
    rf"|import\b(?P<names>(?:{_BLANK}|[\w.,])+)"
    r")"
)
_COMMENT = re.compile(r"#[^\n]*|\\\n")
_NAMED = re.compile(r"(\*|\w+(?:\s*\.\s*\w+)*)(?:\s+as\s+\w+)?")


def imports(source: bytes, package: tuple[str, ...]) -> Iterator[str]:
    """Yield each dotted name that a module may import, also inside of functions.

    Parameters
    ----------
    source : bytes
        Its text.
    package : tuple of str
        Names of the packages that it lies in, from the outermost: what relative imports start from.

    Yields
    ------
    str
        `a.b` for `import a.b`; `a` and `a.b` for `from a import b`, which may be a module as well.
    """
    try:
        text = source.decode().removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        text = ast.unparse(ast.parse(source))
    for found in _STATEMENT.finditer(f"\n{text}"):
        if found["names"] is not None:
            yield from _names(found["names"])
            continue
        module = _without_blanks(_COMMENT.sub("", found["module"]))
        level = len(module) - len(module.lstrip("."))
        above = package[: len(package) - level + 1] if level else ()
        module = ".".join((*above, module[level:])).rstrip(".") if module[level:] else ".".join(above)
        yield module
        yield from (f"{module}.{name}" for name in _names(found["inside"] or found["line"] or ""))


def _names(text: str) -> Iterator[str]:
    for part in _COMMENT.sub("", text).split(","):
        if named := _NAMED.fullmatch(part.strip()):
            yield _without_blanks(named[1])


def _without_blanks(name: str) -> str:
    return "".join(name.split())
