from __future__ import annotations

import pytest

from regnb.errors import InvalidReference
from regnb.oci import ImageReference
from regnb.oci.reference import is_repository, is_tag, parts_of

HEX = "a" * 64


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("bitnami/nginx", "docker.io/bitnami/nginx:latest"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/library/nginx", "docker.io/library/nginx:latest"),
        ("localhost/w3", "localhost/w3:latest"),
        ("localhost:5000/w3:1.0", "localhost:5000/w3:1.0"),
        ("127.0.0.1:5000/team/w3", "127.0.0.1:5000/team/w3:latest"),
        ("[::1]:5000/w3", "[::1]:5000/w3:latest"),
        ("registry.example.com/a/b/c:v1", "registry.example.com/a/b/c:v1"),
        ("Registry/w3", "Registry/w3:latest"),
        (f"nginx@sha256:{HEX}", f"docker.io/library/nginx@sha256:{HEX}"),
        (f"nginx:1@sha256:{HEX}", f"docker.io/library/nginx:1@sha256:{HEX}"),
        ("a__b/c-d.e---f", "docker.io/a__b/c-d.e---f:latest"),
    ],
)
def test_parse_fills_in_what_is_implied(text: str, full: str) -> None:
    assert str(ImageReference.parse(text)) == full


@pytest.mark.parametrize(
    ("text", "reason", "suggestion"),
    [
        ("", "empty", None),
        ("   ", "empty", None),
        ("http://localhost:5000/w3", "has_scheme", "localhost:5000/w3"),
        ("my image", "has_space", "my-image"),
        ("localhost:5000/W3:1.0", "has_upper_case", "localhost:5000/w3:1.0"),
        ("NGINX", "has_upper_case", "nginx"),
        ("nginx:", "bad_tag", None),
        ("nginx:-1", "bad_tag", None),
        ("nginx:" + "a" * 129, "bad_tag", None),
        ("nginx:é", "bad_tag", None),
        ("nginx@sha256:abc", "bad_digest", None),
        ("a..b/c", "bad_registry", None),
        ("x/a..b", "bad_repository", None),
        ("a/_b", "bad_repository", None),
        ("localhost:5000/", "bad_repository", None),
        ("localhost:port/w3", "bad_registry", None),
        ("x/" + "a" * 300, "too_long", None),
    ],
)
def test_parse_says_what_is_wrong(text: str, reason: str, suggestion: str | None) -> None:
    with pytest.raises(InvalidReference) as caught:
        ImageReference.parse(text)
    assert (caught.value.reason, caught.value.suggestion) == (reason, suggestion)


def test_suggestion_is_a_valid_reference() -> None:
    with pytest.raises(InvalidReference) as caught:
        ImageReference.parse("localhost:5000/Team/W3:1.0")
    assert caught.value.suggestion is not None
    assert ImageReference.parse(caught.value.suggestion).repository == "team/w3"


@pytest.mark.parametrize(
    ("text", "familiar"),
    [
        ("docker.io/library/nginx:latest", "nginx:latest"),
        ("docker.io/bitnami/nginx", "bitnami/nginx:latest"),
        ("localhost:5000/w3:1.0", "localhost:5000/w3:1.0"),
    ],
)
def test_familiar_is_what_docker_shows(text: str, familiar: str) -> None:
    assert ImageReference.parse(text).familiar == familiar


def test_digest_wins_over_tag() -> None:
    assert ImageReference.parse(f"nginx:1@sha256:{HEX}").reference == f"sha256:{HEX}"
    assert ImageReference.parse("nginx:1").reference == "1"


def test_with_tag_drops_the_digest() -> None:
    retagged = ImageReference.parse(f"nginx@sha256:{HEX}").with_tag("2")
    assert retagged.familiar == "nginx:2"


def test_parts_are_checked_alone() -> None:
    assert is_repository("team-1/app.236")
    assert not is_repository("../etc")
    assert not is_repository("a" * 256)
    assert is_tag("1.0")
    assert not is_tag("1.0\n")


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
