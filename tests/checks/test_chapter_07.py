from __future__ import annotations

from regnb.lab import Lab
from tests.checks.wrong import push, wrong


@wrong("07-archive", "other_tag")
def test_archive_under_another_tag(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    lab.copy("w3:1.0", "archive/w3:old")


@wrong("07-archive", "other_image")
def test_archive_another_image(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    push(lab, "alpine", "archive/w3:1.0")


@wrong("07-move", "not_used")
def test_go_back_to_no_volume(lab: Lab) -> None:
    lab.run_registry(volume="kept")
    lab.remove_registry()
    push(lab, "nginx", "w3:1.0")


@wrong("07-move", "empty")
def test_forget_to_restore(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    lab.remove_registry()
    lab.run_registry(volume="kept")


@wrong("07-move", "tags_lost")
def test_push_one_tag_only(lab: Lab) -> None:
    lab.run_registry(volume="kept")
    push(lab, "nginx", "w3:1.0")
