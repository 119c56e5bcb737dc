from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from regnb.oci import media_types
from regnb.registry import RegistryClient
from regnb.registry.transport import Request
from tests.contract.images import push
from tests.oci import samples

SHAPES = ("team-{n}/app.{n}", "team-{n}_x/sub/app-{n}.y", "n{n}")
EMPTY_INDEX = samples.encode({"schemaVersion": 2, "manifests": []})


def test_all_repositories_and_tags_come_back(client: RegistryClient) -> None:
    names = {SHAPES[n % len(SHAPES)].format(n=n) for n in range(252)}
    shared = client.put_blob("contract/shared", b"shared")

    def fill(name: str) -> None:
        client.mount_blob(name, shared, source="contract/shared")
        client.put_manifest(name, "empty", EMPTY_INDEX, media_type=media_types.OCI_INDEX)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fill, names))
    found = client.list_repositories()
    assert found == sorted(found)
    assert names <= set(found)
    assert len(names) == 252


def test_tags_are_sorted(client: RegistryClient, repository: str) -> None:
    for tag in ("b", "1.10", "1.9", "A"):
        push(client, repository, tag)
    assert client.list_tags(repository) == ["1.10", "1.9", "A", "b"]


def test_tags_are_listed_without_spaces_as_the_course_shows(
    client: RegistryClient, repository: str
) -> None:
    push(client, repository, "1.0")
    request = Request("GET", f"{client.url}/v2/{repository}/tags/list")
    with client._session._transport.send(request) as response:
        body = response.read(limit=1000)
    assert body == f'{{"name":"{repository}","tags":["1.0"]}}\n'.encode()
