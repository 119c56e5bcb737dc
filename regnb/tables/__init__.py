"""What the course shows, as pandas DataFrames that read well in both languages."""

from __future__ import annotations

from regnb.tables.access import claims_table, rights_table
from regnb.tables.certificates import certificates_table, facts_of, handshake_table
from regnb.tables.engine_tables import containers_table, images_table
from regnb.tables.files import files_table
from regnb.tables.findings import Finding, findings_table
from regnb.tables.keeping import (
    copies_table,
    deletion_table,
    differences_table,
    garbage_table,
    store_table,
    trail_table,
)
from regnb.tables.registry_tables import (
    catalog_table,
    image_table,
    layers_table,
    tags_table,
)
from regnb.tables.storage import contents_table, storage_table
from regnb.tables.table import Table
