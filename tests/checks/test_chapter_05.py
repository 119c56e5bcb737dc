from __future__ import annotations

from regnb.lab import Lab
from tests.checks.wrong import push, wrong


def with_tokens(lab: Lab) -> None:
    lab.add_user("anna", "ben")
    lab.run_token_server({"w3": "anna", "tools": "ben"})
    lab.run_registry(auth="token")
    lab.login("anna")
    push(lab, "nginx", "w3:1.0")


@wrong("05-second-version", "other_tag")
def test_push_another_version(lab: Lab) -> None:
    with_tokens(lab)
    push(lab, "nginx", "w3:3.0")


@wrong("05-tools", "other_tag")
def test_push_another_tag(lab: Lab) -> None:
    with_tokens(lab)
    lab.login("ben")
    push(lab, "nginx", "tools:latest")
