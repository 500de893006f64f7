"""Fetches the newest tests of mail programs into newsletter/check/caniemail/, unchanged: docs/vendored.md."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "newsletter" / "check" / "caniemail"
PAGE = ROOT / "docs" / "vendored.md"
NPM = Path(sys.executable).parent / "npm"  # of the Node that comes as a wheel
TAKEN = {"package/data/caniemail.json": "caniemail.json", "package/LICENSE": "LICENSE"}


def main() -> None:
    wanted = f"caniemail@{sys.argv[1]}" if len(sys.argv) > 1 else "caniemail"
    with tempfile.TemporaryDirectory() as folder:
        version = unpack(fetched(wanted, Path(folder)), FOLDER)
    data = json.loads((FOLDER / "caniemail.json").read_text("utf-8"))
    tell(version, data["last_update_date"][:10])
    print(f"caniemail {version}, data of {data['last_update_date'][:10]}: run the tests, and read the diff.")


def fetched(wanted: str, folder: Path) -> Path:
    """The package as npm packs it; npm compares it with the hash that its registry tells."""
    subprocess.run([str(NPM), "pack", wanted, "--silent", "--pack-destination", str(folder)], cwd=folder, check=True)
    return next(folder.glob("*.tgz"))


def unpack(packed: Path, folder: Path) -> str:
    """Writes the data and the licence as they are; the version of the package. Stops where the licence is another."""
    with tarfile.open(packed) as archive:
        package = json.loads(_bytes(archive, "package/package.json"))
        if package["license"] != "MIT":
            named = f"caniemail {package['version']} is under {package['license']}"
            sys.exit(f"{named}, no longer MIT; nothing was changed.")
        for name, ours in TAKEN.items():
            (folder / ours).write_bytes(_bytes(archive, name))
    return str(package["version"])


def tell(version: str, updated: str) -> None:
    """Writes version and day into the page that lists what is not ours."""
    text = PAGE.read_text("utf-8")
    line = f"| Version | {version}, its data of {updated} |"
    PAGE.write_text(re.sub(r"(?m)^\| Version \| [\d.]+, its data of .*$", line, text, count=1), "utf-8")


def _bytes(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise FileNotFoundError(f"{name} is not in the package; see where it has gone, and mend TAKEN")
    with member:
        return member.read()


if __name__ == "__main__":
    main()
