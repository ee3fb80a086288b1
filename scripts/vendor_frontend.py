#!/usr/bin/env python3
"""Fetches the front-end packages at their pinned versions and writes what we ship of them below static/.

Needs npm and network, and is run by hand when a version or the choice of icons changes; its result is committed.
What is taken from where, and under which licence, stands in docs/vendored.md.
"""

import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
TABLER, TABLER_VERSION = "@tabler/core", "1.6.1"
ICONS, ICONS_VERSION = "@tabler/icons", "3.51.0"

OUTLINE = """
adjustments alert-triangle arrow-back-up arrow-down arrow-narrow-down arrow-narrow-up arrow-right arrow-up
arrow-up-right arrows-exchange ban bell briefcase building-community calendar calendar-event certificate chart-bar
chart-histogram check chevron-down chevron-left chevron-right chevron-up circle circle-arrow-up circle-check
circle-dashed circle-minus circle-x clipboard-list clock clock-exclamation cloud-check cloud-off cloud-up copy
device-desktop device-mobile diamond dots download droplet external-link eye eye-off file-text filter flag
heart-handshake help-circle history home home-link home-x hourglass id info-circle key keyboard language
layout-dashboard list list-check list-search lock lock-open login logout map-pin menu-2 message message-exclamation
minus moon note notes pencil plus point printer refresh ripple road ruler-2 scale school search send shield-check
sitemap square-rotated sun table tool tractor user user-circle users wand wifi-off x
""".split()  # noqa: SIM905 (a hundred quoted names read worse)
FILLED = ["diamond", "square-rotated"]  # named diamond-filled, …
# A circle with its left half full; the icon set has only hatched ones, too busy at 16 pixels.
OWN = {
    "half": '<circle cx="12" cy="12" r="9"/><path d="M12 3a9 9 0 0 0 0 18z" fill="currentColor" stroke="none"/>',
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        tabler = unpack(TABLER, TABLER_VERSION, Path(folder) / "tabler")
        write_tabler(tabler)
        icons = unpack(ICONS, ICONS_VERSION, Path(folder) / "icons")
        write_icons(icons)


def unpack(package: str, version: str, folder: Path) -> Path:
    """The package's files, as its registry delivers them; nothing of it is run."""
    folder.mkdir()
    command = ["npm", "pack", "--silent", f"{package}@{version}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def write_tabler(package: Path) -> None:
    target = emptied(STATIC / "vendor" / "tabler")
    css = (package / "dist/css/tabler.min.css").read_text(encoding="utf-8")
    # The storage with hashed names looks for every file that a style sheet names, source maps included.
    css = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css)
    (target / "tabler.min.css").write_text(css.rstrip() + "\n", encoding="utf-8")
    (target / "LICENSE").write_text(mit_licence(css), encoding="utf-8")
    (target / "VERSION").write_text(f"{TABLER} {TABLER_VERSION}\n")


def mit_licence(css: str) -> str:
    """The package brings no licence file: its style sheet names the MIT licence and the holders in its first lines."""
    if "Licensed under MIT" not in css[:600]:
        raise SystemExit(f"{TABLER} {TABLER_VERSION} is no longer under MIT: look at it before you ship it")
    holders = re.findall(r"Copyright .*", css[:600])
    terms = (ROOT / "LICENSE").read_text(encoding="utf-8").partition("Permission is")
    return "\n".join(["MIT License", "", *holders, "", terms[1] + terms[2]])


def write_icons(package: Path) -> None:
    """One sprite of symbols; lines and fill come from the class .i of the page."""
    target = emptied(STATIC / "vendor" / "tabler-icons")
    shutil.copy(package / "LICENSE", target / "LICENSE")
    (target / "VERSION").write_text(f"{ICONS} {ICONS_VERSION}\n")
    symbols = {name: inner(package / f"icons/outline/{name}.svg") for name in OUTLINE} | OWN
    for name in FILLED:
        drawing = inner(package / f"icons/filled/{name}.svg")
        symbols[f"{name}-filled"] = f'<g fill="currentColor" stroke="none">{drawing}</g>'
    lines = [f'<symbol id="{name}" viewBox="0 0 24 24">{drawing}</symbol>' for name, drawing in sorted(symbols.items())]
    sprite = "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *lines, "</svg>", ""])
    (STATIC / "icons.svg").write_text(sprite, encoding="utf-8")


def inner(file: Path) -> str:
    """What an icon draws, without its frame and the invisible square some icons have."""
    drawing = []
    for shape in ElementTree.parse(file).getroot():
        if shape.get("stroke") == "none" and shape.get("fill") == "none":
            continue
        attributes = "".join(f' {name}="{value}"' for name, value in shape.attrib.items())
        drawing.append(f"<{shape.tag.rpartition('}')[2]}{attributes}/>")
    return "".join(drawing)


def emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    main()
