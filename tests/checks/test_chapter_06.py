from __future__ import annotations

from regnb.lab import Lab
from tests.checks.wrong import push, wrong


def start(lab: Lab) -> None:
    """Where the exercises of chapter 06 start."""
    lab.run_registry(volume="images", delete=True)
    push(lab, "nginx", "shop:1.0")
    lab.make_builds("shop:1.0", "app", count=5)
    lab.make_builds("shop:1.0", "tool", count=2)
    lab.copy(f"{lab.address}/app:1.12", f"{lab.address}/app:latest")


@wrong("06-room", "not_collected")
def test_delete_and_do_not_collect(lab: Lab) -> None:
    start(lab)
    lab.delete("shop:1.0", confirm=True)


@wrong("06-tag-alone", "moved")
def test_move_the_tag_and_stop(lab: Lab) -> None:
    start(lab)
    push(lab, "alpine", "app:latest")


@wrong("06-tag-alone", "both_gone")
def test_delete_the_manifest_of_both(lab: Lab) -> None:
    start(lab)
    lab.delete("app:latest", confirm=True)


@wrong("06-retention", "alphabet")
def test_keep_the_last_of_the_alphabet(lab: Lab) -> None:
    start(lab)
    for tag in ("1.10", "1.11"):
        lab.delete(f"app:{tag}", confirm=True)


@wrong("06-retention", "too_few")
def test_keep_two(lab: Lab) -> None:
    start(lab)
    for tag in ("1.8", "1.9", "1.10"):
        lab.delete(f"app:{tag}", confirm=True)


@wrong("06-retention", "too_many")
def test_keep_four(lab: Lab) -> None:
    start(lab)
    lab.delete("app:1.8", confirm=True)


@wrong("06-retention", "tool_touched")
def test_delete_from_a_small_repository(lab: Lab) -> None:
    start(lab)
    lab.delete("tool:1.11", confirm=True)


@wrong("06-retention", "broken")
def test_delete_a_layer_that_others_use(lab: Lab) -> None:
    start(lab)
    for tag in ("1.8", "1.9"):
        lab.delete(f"app:{tag}", confirm=True)
    layer = lab.layers("app:1.12").digest[0]
    session = lab.client._session
    session.exchange(session.request("DELETE", "app", "blobs", layer), 202).close()
