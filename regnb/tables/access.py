"""Who may do what, and what a token says of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from regnb.i18n import Translator
from regnb.tables.table import FactTable, Table

RIGHTS = {"repository": "str", "readers": "str", "writer": "str"}
CLAIMS = {"field": "str", "value": "object"}
# Numbers of seconds since 1970, in a token: https://www.rfc-editor.org/rfc/rfc7519#section-4.1
_TIMES = {"iat": "issued_at", "nbf": "not_before", "exp": "not_after"}
_NAMES = {"iss": "issuer", "sub": "user", "aud": "service"}


def rights_table(translator: Translator, writers: Mapping[str, str]) -> Table:
    """Who may read and write which repository.

    Columns: repository (`*`: every other one), readers (`*`: everybody), writer (a user; empty
    when nobody may write).
    """
    rows = [{"repository": name, "readers": "*", "writer": user} for name, user in writers.items()]
    rows.append({"repository": "*", "readers": "*", "writer": ""})
    return Table.of(translator, rows, columns=RIGHTS)


def claims_table(translator: Translator, claims: Mapping[str, object]) -> Table:
    """What a token says: columns field (str) and value.

    Fields: issuer, user, service (str), issued_at, not_before, not_after (UTC), and access (list of
    scopes such as `repository:w3:pull`).
    """
    facts: dict[str, object] = {_NAMES[name]: claims.get(name, "") for name in _NAMES}
    for name, field in _TIMES.items():
        facts[field] = datetime.fromtimestamp(int(str(claims[name])), UTC)
    facts["access"] = _scopes(claims.get("access"))
    rows = [{"field": field, "value": value} for field, value in facts.items()]
    return FactTable.of(translator, rows, columns=CLAIMS)


def _scopes(access: object) -> list[str]:
    entries = access if isinstance(access, list) else []
    return [f"{one['type']}:{one['name']}:{','.join(one['actions'])}" for one in entries]
