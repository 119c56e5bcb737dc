"""The client of the registry API, all its methods in one class."""

from __future__ import annotations

from regnb.registry.blobs import BlobMethods
from regnb.registry.catalogue import CatalogueMethods
from regnb.registry.referrers import ReferrerMethods
from regnb.registry.tags import TagMethods
from regnb.registry.uploads import UploadMethods


class RegistryClient(CatalogueMethods, TagMethods, BlobMethods, UploadMethods, ReferrerMethods):
    """A registry by its URL, such as `http://localhost:5000`; safe to use from several threads.

    The methods raise RegistryError for what the registry and the network refuse, and
    InvalidReference or InvalidDigest for names that cannot be, before anything is sent.
    """
