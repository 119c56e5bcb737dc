"""What the course shows, as pandas DataFrames that read well in both languages."""

from __future__ import annotations

from regnb.tables.engine_tables import Finding, containers_table, findings_table, images_table
from regnb.tables.registry_tables import (
    catalog_table,
    files_table,
    image_table,
    layers_table,
    tags_table,
)
from regnb.tables.security_tables import (
    certificates_table,
    claims_table,
    facts_of,
    handshake_table,
    rights_table,
)
from regnb.tables.storage_tables import (
    contents_table,
    copies_table,
    deletion_table,
    differences_table,
    garbage_table,
    storage_table,
    store_table,
    trail_table,
)
from regnb.tables.table import Table
