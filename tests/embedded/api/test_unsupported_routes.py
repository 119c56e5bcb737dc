from __future__ import annotations

import pytest
from werkzeug.test import Client


@pytest.mark.parametrize(
    ("method", "path", "word"),
    [
        ("POST", "/commit", "making an image"),
        ("POST", "/build", "building an image"),
        ("POST", "/swarm/init", "clusters"),
        ("POST", "/networks/create", "one network"),
        ("GET", "/images/search", "hub.docker.com"),
    ],
)
def test_what_only_docker_can_is_refused_with_a_sentence(
    api: Client, method: str, path: str, word: str
) -> None:
    response = api.open(path, method=method)
    assert response.status_code == 501
    assert word in response.text


@pytest.mark.parametrize(
    ("method", "path", "told"),
    [
        ("POST", "/containers/x/exec", "No such container: x"),
        ("GET", "/containers/x/top", "No such container: x"),
        ("POST", "/commit?container=x", "No such container: x"),
        ("DELETE", "/networks/x", "network x not found"),
        ("GET", "/plugins/x/json", 'plugin "x" not found'),
        # `docker inspect` asks for each kind of object, and goes on at 404.
        ("GET", "/plugins/localhost:5000/x/json", 'plugin "localhost:5000/x" not found'),
    ],
)
def test_what_is_not_there_is_told_before_what_is_not_possible(
    api: Client, method: str, path: str, told: str
) -> None:
    response = api.open(path, method=method)
    assert (response.status_code, response.json) == (404, {"message": told})
