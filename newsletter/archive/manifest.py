"""What the archive remembers between two builds, in var/archive.json: nothing that cannot be found out again.

Where the file is missing, cut short or of another version of the program, everything is made anew.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

VERSION = 2


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last build. What is kept of it is JSON; the modules that give a part read it again."""

    digests: dict[str, list[str]] = field(default_factory=dict)  # of a file that was read: its signature and SHA-256
    facts: dict[str, Any] = field(default_factory=dict)  # see actions.site_facts, and under which key they are right
    issues: dict[str, list[Any]] = field(default_factory=dict)  # signature and record, by issue
    standing: dict[str, Any] = field(default_factory=dict)  # see actions.site_standing
    outputs: dict[str, str] = field(default_factory=dict)  # of each file below public/: key, digest, size and mtime
    groups: dict[str, list[str]] = field(default_factory=dict)  # key and files of those that are planned together


def read(data: bytes) -> Manifest:
    """The manifest of these bytes; an empty one where they are none of ours."""
    try:
        found = json.loads(data)
        if found.pop("version") != VERSION:
            return Manifest()
        manifest = Manifest(**found)
    except (ValueError, TypeError, KeyError, AttributeError):
        return Manifest()
    if not all(isinstance(entry, list) and len(entry) == 2 for entry in manifest.issues.values()):
        return Manifest()
    parts = (manifest.digests, manifest.facts, manifest.issues, manifest.standing, manifest.outputs, manifest.groups)
    return manifest if all(isinstance(part, dict) for part in parts) else Manifest()


def written(manifest: Manifest) -> bytes:
    """The manifest as `read` takes it; the same for the same manifest."""
    return json.dumps(
        {
            "version": VERSION,
            "digests": manifest.digests,
            "facts": manifest.facts,
            "issues": manifest.issues,
            "standing": manifest.standing,
            "outputs": manifest.outputs,
            "groups": manifest.groups,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
