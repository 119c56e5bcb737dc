"""A container registry that needs nothing but Python, small enough to be read.

It is the distribution specification of OCI, 1.1, and Docker's catalogue:
https://github.com/opencontainers/distribution-spec/blob/main/spec.md

To read it, take the files in this order:

1. What a request asks for: `routes` (every path, and who answers), `app` (one request from its
   arrival to its line in the log), `registry` (what each handler is given), `problems` (every
   error), `json`, `names` and `body` (the parts of a request that may be wrong).
2. Reading, one noun a file: `ping`, `catalog`, `tags` (with `paging`), `manifests`, `blobs`,
   `referrers`.
3. Pushing: `uploads`, then `needs`: which blobs a manifest cannot do without.
4. Keeping: `storage` says what a registry needs of its storage, `memory` is the shortest answer.
   `directory` is the one that lasts: `file_repository` with its `tag_index`, `file_upload`,
   `sealed` (how a damaged file is seen), `instances` (how a killed process is cleaned up after),
   `locks`.
5. Tending: `leases` and `collect` (garbage), `scrub`, `metrics`, `operations`, `log`.
6. Who may: `access`, `htpasswd`, `token`, `tls`.
7. Other registries and listeners: `pull_through` with `upstream`, `notifications` with `events`.
8. Running: `config`, `config_file`, `durations`, `http_server`, `runner`.
"""

from __future__ import annotations

from regnb.server.app import App, create_app
from regnb.server.config import Config
from regnb.server.directory import DirectoryStorage
from regnb.server.memory import MemoryStorage

__all__ = ["App", "Config", "DirectoryStorage", "MemoryStorage", "create_app"]
