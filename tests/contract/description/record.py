"""Write down where Docker's own engine is not as its description has it: `dockerd-1.51.json`.

.venv/bin/python -m tests.realparts --suite sid -- \\
    .venv/bin/python -m tests.contract.description.record

Without `--suite` it is the description of an older version, 1.41.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.contract.description.description import VERSION, routes
from tests.contract.description.engines import dockerd
from tests.contract.description.examining import examine

FILE = Path(__file__).parent / f"dockerd-{VERSION}.json"
_REASON = "Docker's own engine answers so, to requests of the same kind: written by record.py."
# More than the tests: what Docker does seldom counts as well.
_EXAMPLES = 100


def recorded() -> dict[str, list[str]]:
    """What was written down, by route."""
    value: dict[str, list[str]] = json.loads(FILE.read_text("utf-8"))["violations"]
    return value


def main() -> None:
    """Examine all routes that the embedded engine has too."""
    with dockerd() as subject:
        version = subject.client.version()["Version"]
        found = {}
        for route in sorted(routes()):
            findings = examine(subject, route, _EXAMPLES)
            found[route] = sorted(findings.violations)
            print(route, dict(findings.statuses), flush=True)
            for violation, example in findings.violations.items():
                print(f"  {violation}\n    {example}", flush=True)
    value = {"reason": _REASON, "engine": f"dockerd {version}", "violations": found}
    FILE.write_text(json.dumps(value, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
