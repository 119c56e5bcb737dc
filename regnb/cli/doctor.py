"""`regnb doctor`: what this machine has, and the mend for what it lacks."""

from __future__ import annotations

import click

from regnb.cli.texts import text, translator

MARKS = {"good": ("✓", "green"), "note": ("•", "yellow"), "bad": ("✗", "red")}


@click.command(help=text("doctor.help"))
def doctor() -> None:
    """Check this machine; exit with 1 when something has to be mended."""
    from regnb.lab.preflight import BAD, Preflight  # noqa: PLC0415 - loads docker

    healthy = True
    for finding in Preflight(translator()).findings():
        mark, colour = MARKS[finding.level]
        name = click.style(f"{finding.check} ({finding.state})", bold=True)
        said = text("cli.subject", name=name, said=finding.finding)
        click.echo(f"{click.style(mark, fg=colour)} {said}")
        if finding.mend:
            click.echo(f"  → {finding.mend}")
        healthy = healthy and finding.level != BAD
    click.echo(text("doctor.all_good" if healthy else "doctor.something_bad"))
    raise SystemExit(0 if healthy else 1)
