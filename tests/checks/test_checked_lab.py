from __future__ import annotations

from regnb.checks.checked_lab import image_in, local_image, manifest_at, tagged
from regnb.lab import Lab
from tests.checks.wrong import push


def test_registry_that_holds_nothing_gives_nothing(lab: Lab) -> None:
    lab.run_registry()
    assert tagged(lab._session, "w3") == {}
    assert manifest_at(lab._session, "w3", "1.0") is None
    assert image_in(lab._session, "w3", "1.0") is None


def test_image_is_found_where_it_is(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    session = lab._session
    assert set(tagged(session, "w3")) == {"1.0"}
    image = image_in(session, "w3", "1.0")
    assert image == manifest_at(session, "w3", "1.0")
    pushed, pulled = local_image(session, "/w3:1.0"), local_image(session, "nginx")
    assert pushed is not None
    assert pulled is not None
    assert pushed.image_id == pulled.image_id
    assert local_image(session, "w3:1.0") is None
