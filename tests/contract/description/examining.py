"""Many requests for one operation, and all that is wrong with the answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, BaseSchema, GenerationMode

from tests.contract.description import description
from tests.contract.description.asking import ask, request_of
from tests.contract.description.cases import steer
from tests.contract.description.content import Subject
from tests.contract.description.violations import violations

EXAMPLES = 10
_LONGEST = 300


@dataclass
class Findings:
    """What was wrong, each with a request that shows it, and how often each status came."""

    violations: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)


@cache
def schema() -> BaseSchema:
    """The description as the library has it."""
    return schemathesis.openapi.from_dict(description.load())


def operation_of(route: str) -> APIOperation[Any, Any, Any, Any]:
    """The operation of the description at `route`; KeyError when there is none."""
    method, path = description.described(schema().raw_schema)[route]
    operation: APIOperation[Any, Any, Any, Any] = schema()[path][method]
    return operation


def _takes_json(operation: APIOperation[Any, Any, Any, Any]) -> bool:
    return any(body.media_type == "application/json" for body in operation.body)


def examine(subject: Subject, route: str, examples: int = EXAMPLES) -> Findings:
    """Ask `subject` at `route`; the same requests each time, but for what it holds itself."""
    operation = operation_of(route)
    findings = Findings()
    # Bodies that are not as described, too; of the rest, `steer` makes enough that is wrong.
    modes = st.sampled_from(list(GenerationMode)[: 2 if _takes_json(operation) else 1])

    @settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # nothing fails in here, so there is nothing to shrink
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def run(data: st.DataObject) -> None:
        subject.prepare()
        case = data.draw(operation.as_strategy(data.draw(modes)))
        steer(data.draw, case, subject)
        request = request_of(case)
        if request is None:
            return
        answer = ask(subject.socket, case, request)
        status = answer.response.status_code
        subject.is_prepared = request.method in {"GET", "HEAD"} or status in range(400, 500)
        findings.statuses[status] += 1
        for violation in violations(case, answer):
            asked = f"{request.method} {request.path_url} {request.body!r:.{_LONGEST}}"
            answered = repr(answer.response.content[:_LONGEST])
            findings.violations.setdefault(violation, f"{asked}\n    {answered}")

    run()
    subject.tidy()
    return findings
