from __future__ import annotations

from regnb.lab import Lab
from tests.checks.wrong import push, wrong


@wrong("01-second-version", "not_pushed")
def test_name_and_do_not_push(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    lab.tag("nginx", f"{lab.address}/w3:2.0")


@wrong("01-second-version", "no_registry")
def test_forget_the_registry(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    lab.tag("nginx", "w3:2.0")


@wrong("01-without-tag", "not_pushed")
def test_name_latest_and_do_not_push(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    lab.tag("nginx", f"{lab.address}/w3")


@wrong("01-without-tag", "no_registry")
def test_name_latest_without_the_registry(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    lab.tag("nginx", "w3")


@wrong("01-tools", "other_tag")
def test_push_another_tag(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    push(lab, "alpine", "tools/alpine:latest")


@wrong("01-tools", "other_repository")
def test_push_without_the_first_word(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    push(lab, "alpine", "alpine:3")


@wrong("01-tools", "other_image")
def test_push_another_image(lab: Lab) -> None:
    push(lab, "nginx", "w3:1.0")
    push(lab, "nginx", "tools/alpine:3")
