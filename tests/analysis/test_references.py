from __future__ import annotations

import pytest

from regnb.analysis.references import parts_of
from regnb.errors import InvalidReference
from regnb.oci import ImageReference

DIGEST = f"sha256:{'a' * 64}"


@pytest.mark.parametrize(
    ("text", "written", "implied"),
    [
        ("nginx", "nginx", "docker.io library latest"),
        ("nginx:1.27", "nginx 1.27", "docker.io library"),
        ("library/nginx", "library/nginx", "docker.io latest"),
        ("docker.io/nginx", "docker.io nginx", "library latest"),
        ("index.docker.io/team/w3", "docker.io team/w3", "latest"),
        ("team/w3", "team/w3", "docker.io latest"),
        ("latest", "latest", "docker.io library latest"),
        ("localhost/w3", "localhost w3", "latest"),
        ("localhost:5000/w3", "localhost:5000 w3", "latest"),
        ("localhost:5000/w3:1.0", "localhost:5000 w3 1.0", ""),
        ("ghcr.io/team/w3:latest", "ghcr.io team/w3 latest", ""),
        (f"nginx@{DIGEST}", f"nginx {DIGEST}", "docker.io library"),
        (f"nginx:1@{DIGEST}", f"nginx 1 {DIGEST}", "docker.io library"),
    ],
)
def test_what_is_written_and_what_is_implied(text: str, written: str, implied: str) -> None:
    parts = parts_of(text)
    assert " ".join(part.text for part in parts if part.written) == written
    assert " ".join(part.text for part in parts if not part.written) == implied
    whole = "".join(part.separator + part.text for part in parts)
    assert whole == str(ImageReference.parse(text))


def test_name_that_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidReference):
        parts_of("Nginx")
