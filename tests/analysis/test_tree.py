from __future__ import annotations

from regnb.analysis.changes import Change, State
from regnb.analysis.tree import Node, tree_of


def change(path: str, state: State = "added", size: int = 0) -> Change:
    return Change(path, "directory" if not size else "file", state, size)


def names(node: Node) -> dict[str, object]:
    return {child.name: names(child) for child in node.children}


def test_paths_become_a_tree_sorted_by_name() -> None:
    tree = tree_of([change("b", size=3), change("a"), change("a/y", size=1), change("a/x", size=2)])
    assert names(tree) == {"a": {"x": {}, "y": {}}, "b": {}}
    assert (tree.size, tree.count, tree.children[0].size) == (6, 4, 3)


def test_directories_that_only_lead_on_are_one_node() -> None:
    tree = tree_of([change("usr", "kept"), change("usr/share", "kept"), change("usr/share/a/x")])
    assert names(tree) == {"usr/share/a/x": {}}
    assert tree.children[0].path == "usr/share/a/x"


def test_directory_that_changed_stays_a_node_of_its_own() -> None:
    assert names(tree_of([change("usr", "changed"), change("usr/x")])) == {"usr": {"x": {}}}


def test_deletion_is_seen_beside_what_came_after_it() -> None:
    tree = tree_of([change("etc", "deleted"), change("etc", "kept"), change("etc/new", size=1)])
    (etc,) = tree.children
    assert etc.change
    assert etc.change.state == "deleted"
    assert names(etc) == {"new": {}}


def test_opaque_root_is_told_by_the_root() -> None:
    assert tree_of([change(".", "deleted")]).change
