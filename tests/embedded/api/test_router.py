from __future__ import annotations

import pytest
from werkzeug.test import Client


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("1.99", "client version 1.99 is too new. Maximum supported API version is 1.51"),
        (
            "1.12",
            (
                "client version 1.12 is too old. Minimum supported API version is 1.24, "
                "please upgrade your client to a newer version"
            ),
        ),
    ],
)
def test_other_versions_are_refused(api: Client, version: str, message: str) -> None:
    response = api.get(f"/v{version}/info")
    assert (response.status_code, response.json) == (400, {"message": message})


@pytest.mark.parametrize("path", ["/", "/nosuch", "/v1.51/images", "/v1.51/containers/x/nosuch"])
def test_unknown_path_is_a_404(api: Client, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.json) == (404, {"message": "page not found"})
