"""Where items without labels come from: whether they can be predicted at all."""

from __future__ import annotations

from latefusion.core.errors import InputError, Problem
from latefusion.planning.config_types import Config
from latefusion.planning.item_sources import new_modality
from latefusion.planning.modality_sources import BY_ROW


def require_models(config: Config, file: str) -> None:
    """Refuse a configuration of finished predictions, whose models nobody here can ask.

    Parameters
    ----------
    config : Config
    file : str
        Name of the configuration in messages.

    Raises
    ------
    InputError
        If it names finished predictions.
    """
    if config["predictions"] is not None:
        found, allowed = "finished predictions, whose models are elsewhere", "modalities to train on"
        fix = "predict with the models that made them"
        raise InputError([Problem(file, found, allowed, fix, column="predictions")])


def require_new_items(config: Config, file: str) -> None:
    """Refuse a configuration whose new items cannot be found.

    Parameters
    ----------
    config : Config
    file : str
        Name of the configuration in messages.

    Raises
    ------
    InputError
        If it names no file of them, a modality whose rows are those of the labelled items, or finished
        predictions.
    """
    require_models(config, file)
    if config["data"]["new"] is None:
        found, allowed, fix = "null", "a file of items without labels", "name their file in data.new"
        raise InputError([Problem(file, found, allowed, fix, column="data.new")])
    for position, modality in enumerate(config["modalities"]):
        own = new_modality(config["data"], modality)
        if own["items"] == BY_ROW and own["file"] == modality["file"]:
            found = f"{BY_ROW}: the rows of {modality['name']} are those of the labelled items"
            allowed, fix = (
                "identifiers, by which new items are found",
                f"name their own file, data.new: {{items: …, modalities: {{{modality['name']}: …}}}}",
            )
            place = f"modalities[{position}].items"
            raise InputError([Problem(file, found, allowed, fix, column=place)])
