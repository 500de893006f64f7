"""What the archive remembers between two builds, in var/archive.json: nothing that cannot be found out again.

A line of JSON that every build reads, and behind it one for each issue, of which a build reads those that it shows.
Where the file is missing, cut short, damaged or of another version of the program, everything is made anew.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERSION = 4


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last build. What is kept of it is JSON; the modules that give a part read it again."""

    digests: Mapping[str, list[str]] = field(default_factory=dict)  # of a file that was read: signature and SHA-256
    facts: Mapping[str, Any] = field(default_factory=dict)  # see actions.site_facts, and under which key they are right
    issues: Mapping[str, list[Any]] = field(default_factory=dict)  # by issue, see actions.site_issues
    records: Mapping[str, bytes] = field(default_factory=dict)  # by issue, see archive.records; not read yet
    standing: Mapping[str, Any] = field(default_factory=dict)  # see actions.site_standing
    outputs: Mapping[str, str] = field(default_factory=dict)  # see archive.writing, as the groups
    groups: Mapping[str, list[str]] = field(default_factory=dict)


_READ = ("digests", "facts", "issues", "standing", "outputs", "groups")


def read(data: bytes) -> Manifest:
    """The manifest of these bytes; an empty one where they are none of ours."""
    first, _, rest = data.partition(b"\n")
    try:
        found = json.loads(first)
        if found["version"] != VERSION or found["rest"] != zlib.crc32(rest):
            return Manifest()
        parts = {name: found[name] for name in _READ}
        records = dict(zip(parts["issues"], rest.splitlines(), strict=True))
    except (ValueError, TypeError, KeyError):
        return Manifest()
    return Manifest(**parts, records=records) if all(isinstance(one, dict) for one in parts.values()) else Manifest()


def written(manifest: Manifest) -> bytes:
    """The manifest as `read` takes it; the same for the same manifest."""
    rest = b"".join(manifest.records[name] + b"\n" for name in manifest.issues)
    parts = {name: getattr(manifest, name) for name in _READ}
    told = {"version": VERSION, "rest": zlib.crc32(rest), **parts}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" + rest
