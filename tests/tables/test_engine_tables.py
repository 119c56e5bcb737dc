from __future__ import annotations

from datetime import UTC, datetime

from regnb.engine import Container, LocalImage, PublishedPort
from regnb.i18n import Translator
from regnb.tables.engine_tables import Finding, containers_table, findings_table, images_table

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_images_are_sorted_by_name_and_tag() -> None:
    names = [("w3", "2.0"), ("alpine", "3"), ("w3", "1.0")]
    images = [LocalImage(name, tag, "sha256:0", (), NOW, 7) for name, tag in names]
    table = images_table(Translator("en"), images)
    assert list(table.repository) == ["alpine", "w3", "w3"]
    assert list(table.tag) == ["3", "1.0", "2.0"]
    assert table.loc[0, "created"] == NOW


def test_ports_of_a_container_are_arrows() -> None:
    ports = (PublishedPort("127.0.0.1", 5001, 5000),)
    container = Container("w3", "0123", "registry:2", "running", ports, {}, NOW)
    table = containers_table(Translator("en"), [container])
    assert table.loc[0, "ports"] == ["127.0.0.1:5001->5000/tcp"]
    assert list(containers_table(Translator("en"), []).columns) == list(table.columns)


def test_sentence_of_a_check_is_shown_whole() -> None:
    long = "Docker Hub cannot be used, " * 10
    finding = Finding("Docker Hub", "note", "note", long, f"Mend: {long}")
    table = findings_table(Translator("en"), [finding])
    assert long.strip() in table.to_page()
    assert f"Mend: {long}".strip() in repr(table)
