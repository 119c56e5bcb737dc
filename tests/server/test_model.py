"""Random operations on the registry and on a model of it: both say the same."""

from __future__ import annotations

import tempfile
from collections import defaultdict

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from werkzeug.test import Client

from regnb.oci import Digest
from regnb.server import Config, DirectoryStorage, create_app
from regnb.server.maintenance import Rules, collect_garbage, scrub

from .samples import CONFIG, image, put

NAMES = st.sampled_from(["a", "a/b", "c"])
TAGS = st.sampled_from(["1", "2", "latest"])
LAYERS = st.sampled_from([b"one", b"two", b"three"])


class Model(RuleBasedStateMachine):
    """What a registry should hold after any pushes, deletions and collections."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.storage = DirectoryStorage(self.folder.name)
        self.client = Client(create_app(self.storage, Config(delete_enabled=True)))
        self.blobs: defaultdict[str, set[bytes]] = defaultdict(set)
        self.manifests: defaultdict[str, dict[Digest, bytes]] = defaultdict(dict)
        self.tags: defaultdict[str, dict[str, Digest]] = defaultdict(dict)

    def teardown(self) -> None:
        self.folder.cleanup()

    @rule(name=NAMES, content=LAYERS | st.just(CONFIG))
    def push_blob(self, name: str, content: bytes) -> None:
        path = f"/v2/{name}/blobs/uploads/?digest={Digest.of(content)}"
        assert self.client.post(path, data=content).status_code == 201
        self.blobs[name].add(content)

    @rule(name=NAMES, source=NAMES, content=LAYERS)
    def mount(self, name: str, source: str, content: bytes) -> None:
        path = f"/v2/{name}/blobs/uploads/?mount={Digest.of(content)}&from={source}"
        is_there = content in self.blobs[source]
        assert self.client.post(path).status_code == (201 if is_there else 202)
        if is_there:
            self.blobs[name].add(content)

    @rule(name=NAMES, tag=TAGS, layer=LAYERS)
    def push_manifest(self, name: str, tag: str, layer: bytes) -> None:
        content = image(layers=(layer,))
        is_whole = {CONFIG, layer} <= self.blobs[name]
        answer = put(self.client, f"/v2/{name}/manifests/{tag}", content)
        assert answer.status_code == (201 if is_whole else 400)
        if is_whole:
            self.manifests[name][Digest.of(content)] = content
            self.tags[name][tag] = Digest.of(content)

    @rule(name=NAMES, tag=TAGS)
    def delete_tag(self, name: str, tag: str) -> None:
        answer = self.client.delete(f"/v2/{name}/manifests/{tag}")
        assert answer.status_code == (202 if self.tags[name].pop(tag, None) else 404)

    @rule(name=NAMES, layer=LAYERS)
    def delete_manifest(self, name: str, layer: bytes) -> None:
        digest = Digest.of(image(layers=(layer,)))
        answer = self.client.delete(f"/v2/{name}/manifests/{digest}")
        is_there = self.manifests[name].pop(digest, None)
        assert answer.status_code == (202 if is_there else 404)
        tags = self.tags[name].items()
        self.tags[name] = {tag: target for tag, target in tags if target != digest}

    @rule(name=NAMES, content=LAYERS)
    def delete_unused_blob(self, name: str, content: bytes) -> None:
        if Digest.of(image(layers=(content,))) in self.manifests[name]:
            return
        answer = self.client.delete(f"/v2/{name}/blobs/{Digest.of(content)}")
        assert answer.status_code == (202 if content in self.blobs[name] else 404)
        self.blobs[name].discard(content)

    @rule()
    def collect(self) -> None:
        list(collect_garbage(self.storage, Rules(lease_seconds=0)))
        for name, blobs in self.blobs.items():
            used = {CONFIG} if self.manifests[name] else set()
            for layer in (b"one", b"two", b"three"):
                if Digest.of(image(layers=(layer,))) in self.manifests[name]:
                    used.add(layer)
            blobs.intersection_update(used)

    @invariant()
    def catalogue_is_the_model(self) -> None:
        expected = sorted(name for name, items in self.manifests.items() if items)
        assert self.client.get("/v2/_catalog").get_json() == {"repositories": expected}

    @invariant()
    def tags_are_the_model(self) -> None:
        for name, tags in self.tags.items():
            for tag, digest in tags.items():
                answer = self.client.get(f"/v2/{name}/manifests/{tag}")
                assert answer.data == self.manifests[name][digest]

    @invariant()
    def blobs_are_the_model(self) -> None:
        for name, blobs in self.blobs.items():
            for content in (b"one", b"two", b"three", CONFIG):
                answer = self.client.get(f"/v2/{name}/blobs/{Digest.of(content)}")
                assert answer.data == content if content in blobs else answer.status_code == 404

    @invariant()
    def nothing_is_damaged(self) -> None:
        assert list(scrub(self.storage)) == []


Model.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestModel = Model.TestCase
