from __future__ import annotations

from regnb.lab import Lab
from tests.checks.wrong import push, wrong


def push_the_lesson(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    push(lab, "nginx", "w3:stable")


@wrong("02-two-tags", "not_pushed")
def test_name_and_do_not_push(lab: Lab) -> None:
    push_the_lesson(lab)
    lab.tag("nginx", f"{lab.address}/w3:prod")


@wrong("02-two-tags", "other_digest")
def test_push_another_image(lab: Lab) -> None:
    push_the_lesson(lab)
    push(lab, "alpine", "w3:prod")


@wrong("02-release", "no_version")
def test_move_stable_alone(lab: Lab) -> None:
    push_the_lesson(lab)
    push(lab, "alpine", "w3:stable")


@wrong("02-release", "one_image")
def test_push_the_old_image_as_the_new_version(lab: Lab) -> None:
    push_the_lesson(lab)
    push(lab, "nginx", "w3:2.0")


@wrong("02-release", "stable_stayed")
def test_forget_to_move_stable(lab: Lab) -> None:
    push_the_lesson(lab)
    push(lab, "alpine", "w3:2.0")


@wrong("02-rescued", "not_pushed")
def test_name_what_was_found_and_do_not_push(lab: Lab) -> None:
    push_the_lesson(lab)
    lab.pull("alpine")
    lab.tag("alpine", f"{lab.address}/w3:rescued")


@wrong("02-rescued", "other_image")
def test_rescue_what_was_not_lost(lab: Lab) -> None:
    push_the_lesson(lab)
    push(lab, "nginx", "w3:rescued")
