"""Make the gzips of the samples' layers that are not there yet, and remove those of no layer.

.venv/bin/python -m tests.embedded.samples.record
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from regnb.embedded.samples.recipes import LAYERS, gzip_of, recipes, tar_of
from regnb.oci import Digest


def tars() -> Iterator[bytes]:
    """The tars of all layers, those that images share more than once."""
    for recipe in recipes():
        for platform in recipe.platforms:
            for step in recipe.steps:
                if step.files:
                    yield tar_of(step.files, platform)


def main() -> None:
    """Bring the folder of gzips up to date with the files and recipes."""
    LAYERS.mkdir(exist_ok=True)
    by_file = {gzip_of(Digest.of(tar)): tar for tar in tars()}
    for file in set(LAYERS.iterdir()) - by_file.keys():
        file.unlink()
    for file, tar in by_file.items():
        if not file.exists():
            file.write_bytes(gzip.compress(tar, compresslevel=9, mtime=0))


if __name__ == "__main__":
    main()
