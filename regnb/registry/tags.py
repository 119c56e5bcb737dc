"""Tags of a repository.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
"""

from __future__ import annotations

from collections.abc import Iterator

from regnb.errors import (
    InvalidReference,
    ManifestNotFound,
    RegistryError,
    RepositoryNotFound,
    Unsupported,
)
from regnb.oci.reference import is_tag
from regnb.registry.manifests import DELETED
from regnb.registry.pagination import PagedSession
from regnb.registry.transport import Request


class TagMethods(PagedSession):
    """The methods of the client about tags."""

    def list_tags(self, repository: str) -> list[str]:
        """Tags of `repository`, all pages, sorted; empty when its last manifest was deleted.

        Raises RepositoryNotFound.
        """
        return sorted(set().union(*self.tag_pages(repository)))

    def tag_pages(self, repository: str) -> Iterator[set[str]]:
        """Tags of `repository`, page by page as they come; raises RepositoryNotFound."""
        request = Request("GET", self._at(repository, "tags", "list"), repository=repository)
        return self._name_pages(request, "tags", RepositoryNotFound)

    def delete_tag(self, repository: str, tag: str) -> None:
        """Delete the tag alone, not its manifest.

        Raises ManifestNotFound, or Unsupported: many registries do not do this.
        """
        if not is_tag(tag):
            raise InvalidReference(tag, "bad_tag")
        url = self._at(repository, "manifests", tag)
        request = Request("DELETE", url, repository=repository)
        try:
            self._exchange(request, *DELETED, missing=ManifestNotFound).close()
        except RegistryError as error:
            # 400 says the same as 405 here: end of
            # https://github.com/opencontainers/distribution-spec/blob/main/spec.md#deleting-tags
            if error.status != 400:
                raise
            raise request.error(Unsupported, error.message, status=400) from error
