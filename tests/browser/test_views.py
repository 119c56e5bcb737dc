"""The pictures of images and of the registry: what they show is what the registry answers."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, expect

from regnb.i18n import LANGUAGES, Translator
from regnb.oci import ImageIndex, ImageManifest
from regnb.registry import RegistryClient
from tests.browser.conftest import Write
from tests.browser.jupyter import PROJECT
from tests.browser.screen import Screen

# An image for two platforms with an attestation, another that shares a layer with it, and Nginx.
FILL = f"""
import sys
sys.path.insert(0, {str(PROJECT)!r})
import regnb
from tests.analysis.registries import ARM64, Image, push, push_attestation, push_index
lab = regnb.open_lab()
lab.run_registry()
base = {{"etc/a": b"1" * 100, "etc/b": b"2"}} | {{f"many/{{n:03}}": b"x" for n in range(200)}}
top = {{"etc/a": b"3" * 110, "etc/.wh.b": b"", "opt/app": b"4"}}
steps = ["ADD rootfs /", "COPY app /opt"]
one = push(lab.client, "app", "1.0", Image([base, top], steps))
arm = push(lab.client, "app", "arm64", Image([{{"a": b"5"}}], platform=ARM64))
push_index(lab.client, "app", "all", [one, arm, push_attestation(lab.client, "app", one)])
push(lab.client, "app", "2.0", Image([base, {{"opt/app": b"6"}}], steps, {{"User": "app"}}))
lab.pull("nginx")
lab.tag("nginx", f"{{lab.address}}/w3:1.0")
lab.push(f"{{lab.address}}/w3:1.0")
"""
CELLS = {
    "anatomy": 'lab.anatomy("app:all")',
    "files": 'lab.files("app:1.0")',
    "compare": 'lab.compare("app:1.0", "app:2.0")',
    "storage": "lab.storage()",
    "explain": 'regnb.explain(f"{lab.address}/w3:1.0")',
    "implied": 'regnb.explain("nginx")',
}


@dataclass(frozen=True)
class Gallery:
    """A notebook with all views, and the registry that they are of."""

    screen: Screen
    client: RegistryClient
    text: Translator

    def view(self, name: str) -> Locator:
        return self.screen.output(name).locator(".regnb-view")

    def manifest(self, repository: str, reference: str) -> ImageManifest:
        manifest = self.client.get_manifest(repository, reference)
        assert isinstance(manifest, ImageManifest)
        return manifest

    def portrait(self, name: str) -> None:
        self.screen.portrait(self.view(name), f"{name}-{self.text.language}")


@pytest.fixture(scope="module", params=LANGUAGES)
def opened(page: Screen, write: Write, request: pytest.FixtureRequest) -> Iterator[Gallery]:
    language: str = request.param
    page.open(write(language, fill=FILL, address="print(lab.address)", **CELLS))
    assert not [cell.errors for cell in page.run() if cell.failed]
    client = RegistryClient(f"http://{page.output('address').inner_text().strip()}")
    yield Gallery(page, client, Translator(language))
    page.call("lab.clean_up()")
    page.close()


@pytest.fixture
def gallery(screen: Screen, opened: Gallery) -> Gallery:
    """The notebook; `screen` hears what the browser complains of."""
    assert opened.screen is screen
    return opened


def digests(place: Locator) -> list[str]:
    found = place.locator("code[title^=sha256]").all()
    return [one.get_attribute("title") or "" for one in found]


def files_in(layer: bytes) -> dict[str, int]:
    """The size of each path that the tar names; of a whiteout, the path that it hides."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        return {f"/{one.name}".replace("/.wh.", "/"): one.size for one in tar.getmembers()}


def test_each_part_of_an_image_shows_its_bytes(gallery: Gallery) -> None:
    client, view = gallery.client, gallery.view("anatomy")
    index = client.get_manifest("app", "all")
    assert isinstance(index, ImageIndex)
    manifests = [gallery.manifest("app", entry.digest) for entry in index.manifests]
    bytes_of: dict[str, bytes] = {one.digest: one.content for one in manifests}
    bytes_of[index.digest] = index.content
    for manifest in manifests:
        for part in (manifest.config, *manifest.layers):
            bytes_of[part.digest] = client.get_blob("app", part.digest)
    tars = {part.digest for one in manifests for part in one.layers if "tar" in part.media_type}
    parts = view.locator("button[data-act=bytes]")
    assert sorted(digests(parts)) == sorted(bytes_of)
    shown = view.locator("[data-slot=bytes]")
    for number, box in enumerate(parts.all()):
        digest = digests(box)[0]
        expect(box).to_contain_text(gallery.text.size(len(bytes_of[digest])))
        box.press("Enter") if number % 2 else box.click()
        expect(shown.locator("h4 code")).to_have_attribute("title", digest)
        if digest in tars:
            paths = shown.locator("td:last-child code").all_inner_texts()
            assert sorted(paths) == sorted(files_in(bytes_of[digest]))
        else:
            text = shown.locator("pre").text_content() or ""
            assert json.loads(text) == json.loads(bytes_of[digest])
    gallery.portrait("anatomy")


def test_files_of_each_layer_are_those_of_its_tar(gallery: Gallery) -> None:
    view = gallery.view("files")
    manifest = gallery.manifest("app", "1.0")
    assert digests(view.locator(".layer > summary")) == [one.digest for one in manifest.layers]
    assert view.locator("button[data-act=open]").count() == 1
    for layer, found in zip(manifest.layers, view.locator(".layer").all(), strict=True):
        files = files_in(gallery.client.get_blob("app", layer.digest))
        size = gallery.text.size(sum(files.values()))
        assert found.locator("> summary .number").inner_text() == size
        for folder in (found, *found.locator("details").all()):
            if folder.get_attribute("open") is None:
                folder.locator("> summary").click()
        for place in found.locator("[data-slot]").all():
            place.get_by_role("button").click()
        entries = found.locator(":is(.added, .changed, .deleted) > code")
        expect(entries).to_have_count(len(files))
        names = [text.rpartition("/")[2] for text in entries.all_inner_texts()]
        assert sorted(names) == sorted(path.rpartition("/")[2] for path in files)
    assert view.locator(".layer .changed > code").all_inner_texts() == ["a"]
    assert view.locator(".layer .deleted > code").all_inner_texts() == ["b"]
    gallery.portrait("files")


def test_images_share_the_layers_that_both_manifests_name(gallery: Gallery) -> None:
    view = gallery.view("compare")
    first, second = (
        [layer.digest for layer in gallery.manifest("app", tag).layers] for tag in ("1.0", "2.0")
    )
    sides = {"both": first[:1], "first": first[1:], "second": second[1:]}
    assert first[0] == second[0]
    for side, layers in sides.items():
        assert digests(view.locator("tr", has=view.page.locator(f".{side}"))) == layers
    user = view.locator("tr", has_text="User").locator("td").last
    assert user.inner_text() == "app"
    gallery.portrait("compare")


def test_what_is_stored_is_what_the_manifests_name(gallery: Gallery) -> None:
    client, view = gallery.client, gallery.view("storage")
    sizes: dict[str, int] = {}
    for repository in client.list_repositories():
        waiting: list[str] = list(client.list_tags(repository))
        while waiting:
            manifest = client.get_manifest(repository, waiting.pop())
            sizes[manifest.digest] = len(manifest.content)
            if isinstance(manifest, ImageIndex):
                waiting += [entry.digest for entry in manifest.manifests]
            else:
                parts = (manifest.config, *manifest.layers)
                sizes |= {part.digest: part.size for part in parts}
    size = gallery.text.size
    expect(view.locator("figcaption")).to_contain_text(size(sum(sizes.values())))
    rows = view.locator("section").last.locator("tbody tr")
    shown = {digests(row)[0]: row.locator(".number").inner_text() for row in rows.all()}
    assert shown == {digest: size(number) for digest, number in sizes.items()}
    gallery.portrait("storage")


def test_reference_is_explained_part_by_part(gallery: Gallery) -> None:
    written, implied = gallery.view("explain"), gallery.view("implied")
    address = gallery.client.url.removeprefix("http://")
    assert "".join(written.locator("th").all_inner_texts()) == f"{address}/w3:1.0"
    assert written.locator("th.implied").count() == 0
    assert "".join(implied.locator("th").all_inner_texts()) == "docker.io/library/nginx:latest"
    assert implied.locator("th.written").all_inner_texts() == ["/nginx"]
    gallery.portrait("explain")
    gallery.portrait("implied")
