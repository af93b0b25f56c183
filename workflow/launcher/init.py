"""A configuration for files that are named: `init songs.tsv feats.npy`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from latefusion.core.errors import InputError
from launcher.errors import LaunchError
from launcher.hints import how_to_run
from launcher.terminal import say


def init(files: Sequence[str], folder: Path, output: str) -> int:
    """Look at files and write a configuration that reads them; return the exit code.

    Parameters
    ----------
    files : sequence of str
        Files, folders and patterns, seen from where the command was typed.
    folder : Path
        Working folder, from which the configuration names them.
    output : str
        Name of the configuration within it; never overwritten.

    Raises
    ------
    LaunchError
        If one cannot be read, none holds classes, or the configuration is there already.
    """
    target = folder / output
    if target.exists():
        fix = f"name another: --output {target.stem}_2.yaml"
        raise LaunchError(f"{output} is there already, and is never overwritten; {fix}")
    try:
        from latefusion.schema_inference.config_text import config_text, flow
        from latefusion.schema_inference.files import look
        from latefusion.schema_inference.proposal import propose

        names = [os.path.relpath(file, folder) for file in files]
        proposal = propose([sample for name in names for sample in look(name, folder)])
        text = config_text(proposal)
    except InputError as error:
        raise LaunchError(f"no configuration was written\n{error}") from error
    with target.open("x", encoding="utf-8") as file:
        file.write(text)
    for entry in proposal.data:
        say(f"  {entry.key}: {flow(entry.value)}" + (f" ({entry.why})" if entry.why else ""))
    for modality in proposal.modalities:
        say(f"  modality {modality.entry['name']}: {modality.why}")
    for what in proposal.unused:
        say(f"  not used: {what}")
    for question in proposal.questions:
        say(f"  QUESTION: {question}")
    say(f"Written: {output}. Read it, then type: {how_to_run(folder, target)}")
    return 0
