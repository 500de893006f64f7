"""The live site: the archive, and the few pages that take something in. Plain forms, no cookies."""
