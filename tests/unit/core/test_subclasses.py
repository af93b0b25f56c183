"""A file of the user's defines one class; helpers begin with an underscore."""

from types import ModuleType

import pytest

from latefusion.core.subclasses import sole_subclass


class Base:
    pass


def module(**classes):
    made = ModuleType("package.rules.mine")
    for name, value in classes.items():
        value.__module__ = made.__name__
        setattr(made, name, value)
    return made


def test_helpers_and_imported_classes_do_not_count():
    mine, helper = type("Mine", (Base,), {}), type("_Helper", (Base,), {})
    there = module(Mine=mine, _Helper=helper)
    there.Base = Base
    assert sole_subclass(there, Base) is mine


@pytest.mark.parametrize("names", [(), ("A", "B")])
def test_none_or_several_are_refused_with_the_file_and_their_number(names):
    there = module(**{name: type(name, (Base,), {}) for name in names})
    with pytest.raises(TypeError, match=rf"rules/mine.py must define exactly one .* Base, not {len(names)}"):
        sole_subclass(there, Base)
