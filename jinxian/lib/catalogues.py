"""Message catalogues: each .po beside its .mo, compiled with polib so that nobody needs the gettext programs.

Whether a catalogue is complete is checked by scripts/check_catalogue.py.
"""

import os
from pathlib import Path

import polib


def compile_catalogues(folder: Path) -> list[Path]:
    """Compile every .po under the folder that is newer than its .mo; the .po files compiled, in order."""
    return [source for source in sorted(folder.rglob("*.po")) if compile_catalogue(source)]


def compile_catalogue(source: Path) -> bool:
    """Write the .mo where it is missing or older; fuzzy and empty entries stay out, so English shows."""
    target = source.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
        return False
    catalogue = polib.pofile(str(source), check_for_duplicates=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}")  # several test processes may compile at once
    catalogue.save_as_mofile(str(draft))
    draft.replace(target)
    return True
