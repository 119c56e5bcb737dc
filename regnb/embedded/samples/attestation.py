"""What is attested of an image: a bill of materials and where it comes from, as statements.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, with predicates of
https://spdx.github.io/spdx-spec/v2.3/ and https://slsa.dev/spec/v1.0/provenance
"""

from __future__ import annotations

from urllib.parse import quote

from regnb.oci import Digest, Platform
from regnb.oci.json import Json

STATEMENT = "application/vnd.in-toto+json"
PREDICATE_TYPE = "in-toto.io/predicate-type"
_MAKER = "https://pypi.org/project/regnb/"


def statements(name: str, platform: Platform, image: Digest, created: str) -> list[Json]:
    """Statements about the manifest `image` of `name` (`nginx@1.29`)."""
    subject = {
        "name": f"pkg:docker/{name}?platform={quote(str(platform), safe='')}",
        "digest": {"sha256": image.hex},
    }
    predicates = {
        "https://spdx.dev/Document": _bill(name, image, created),
        "https://slsa.dev/provenance/v1": _provenance(platform),
    }
    return [
        {
            "_type": "https://in-toto.io/Statement/v0.1",
            "predicateType": kind,
            "subject": [subject],
            "predicate": predicate,
        }
        for kind, predicate in predicates.items()
    ]


def _bill(name: str, image: Digest, created: str) -> Json:
    product, _, version = name.partition("@")
    package = {
        "name": product,
        "SPDXID": "SPDXRef-Package",
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
    }
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": product,
        "documentNamespace": f"{_MAKER}#{image.hex}",
        "creationInfo": {"created": created, "creators": ["Tool: regnb"]},
        "packages": [package],
    }


def _provenance(platform: Platform) -> Json:
    return {
        "buildDefinition": {
            "buildType": _MAKER,
            "externalParameters": {"platform": str(platform)},
        },
        "runDetails": {"builder": {"id": _MAKER}},
    }
