from __future__ import annotations

import pytest

from regnb.lab import Lab
from tests.analysis.registries import Image, push


@pytest.fixture
def filled(lab: Lab) -> Lab:
    lab.run_registry()
    push(lab.client, "w3", "1.0", Image([{"base": b"0"}, {"one": b"1"}]))
    push(lab.client, "w3", "2.0", Image([{"base": b"0"}, {"two": b"2"}]))
    return lab


def test_wire_has_the_requests_of_the_last_step(filled: Lab) -> None:
    filled.tags("w3")
    wire = filled.wire()
    assert wire.exchanges[0].path == "/v2/w3/tags/list"
    assert all(" http://localhost" in exchange.curl for exchange in wire.exchanges)
    assert len(filled.wire().exchanges) == len(wire.exchanges)


def test_files_anatomy_and_comparison_are_of_the_same_image(
    filled: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    assert set(filled.files("w3:1.0").table.path) == {"base", "one"}
    digest = filled.client.get_manifest("w3", "1.0").digest
    capsys.readouterr()
    assert filled.anatomy("w3:1.0").root.digest == digest
    assert f"{filled.client.url}/v2/w3/manifests/1.0" in capsys.readouterr().out
    compared = filled.compare("w3:1.0", "w3:2.0").comparison
    assert not compared.is_same


def test_explorer_is_of_the_labs_registry_and_is_not_heard(filled: Lab) -> None:
    filled.tags("w3")
    view = filled.explore()
    assert filled.address in view.html()
    assert filled.wire().step == "tags"
