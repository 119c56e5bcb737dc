"""The steps that many checks come after."""

from __future__ import annotations

from regnb.checks.check import NOT_ATTEMPTED, PASSED, Outcome, check, failed
from regnb.checks.checked_lab import State
from regnb.errors import ContainerNotFound, RegistryStopped, TLSFailed, Unauthorized


@check("registry-runs", after=())
def registry_runs(state: State) -> Outcome:
    """Whether the learner's registry answers."""
    try:
        state.client.ping()
    except RegistryStopped as error:
        return failed("stopped", name=error.subject)
    except ContainerNotFound:
        return NOT_ATTEMPTED
    except (TLSFailed, Unauthorized):  # it answers, if only to refuse
        return PASSED
    return PASSED
