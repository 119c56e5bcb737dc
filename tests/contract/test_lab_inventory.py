from __future__ import annotations

from regnb.lab import Lab
from tests.contract.labs import Printed


def test_inventory_of_the_lab(lab: Lab, printed: Printed) -> None:
    lab.run_registry()
    lab.pull("nginx")
    for name in ("w3:1.0", "w3:latest", "other:1.0"):
        lab.tag("nginx", f"{lab.address}/{name}")
        lab.push(f"{lab.address}/{name}")
    printed()
    table = lab.inventory()
    assert f"$ regnb ls http://{lab.address}" in printed()
    assert list(table.repository + ":" + table.tag) == ["other:1.0", "w3:1.0", "w3:latest"]
    assert set(table.unique_bytes) == {0}
    facts = lab.inspect("w3:1.0").set_index("field").value
    assert list(table.size_bytes) == [facts["size_bytes"]] * 3
    assert list(table.platforms) == [(facts["platform"],)] * 3
    assert list(table.created) == [facts["created"]] * 3
    assert "its own" in repr(table)
