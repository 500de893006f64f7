"""What went out, read again: the article of an edition and its pictures."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from newsletter.archive.addresses import image_address
from newsletter.archive.guard import refuse_leaks
from newsletter.archive.records import Record
from newsletter.model.errors import ContentError, Mistake
from newsletter.publication.sent import read_part

_PICTURE = re.compile(r"<img [^>]*>")
_ADDRESSES = re.compile(r' (?:src|srcset)="[^"]*"')


class SentFolder:
    """The parts of the sent/ folders of one publication, as pages need them."""

    def __init__(self, root: Path, base: str) -> None:
        self._root = root
        self._images = image_address(base, "")

    def article(self, record: Record, edition: int) -> str:
        """page.html of an edition, from 1, with its pictures at their addresses on the site. Raises `ContentError`."""
        path = f"{record.files[edition - 1].path}/page.html"
        data = read_part(self._root, path)
        refuse_leaks(path, data)
        return pictures_at(self._images, data.decode("utf-8", "replace"))

    def picture(self, path: str, name: str) -> bytes:
        """A picture or card, by the name that holds its digest. Raises `ContentError` where it is another one."""
        data = read_part(self._root, path)
        if not hashlib.sha256(data).hexdigest().startswith(name.partition(".")[0]):
            what = "this picture is not the one that went out"
            raise ContentError([Mistake(path, 0, what, "take it back from git or a backup")])
        return data


def pictures_at(images: str, article: str) -> str:
    """The article with its pictures' addresses, images/..., beginning with `images` instead. Its text stays."""

    def placed(picture: re.Match[str]) -> str:
        return _ADDRESSES.sub(lambda addresses: addresses[0].replace("images/", images), picture[0])

    return _PICTURE.sub(placed, article)
