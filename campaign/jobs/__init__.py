"""Background work: what a job is, and the engine that runs them."""

from flask import current_app

from campaign.jobs.engine import Engine, Job, make_huey, run_worker

__all__ = ["Engine", "Job", "kick", "make_huey", "run_worker"]


def kick(name: str) -> None:
    """Have a job of the present application run soon; see `Engine.kick`."""
    engine: Engine = current_app.extensions["campaign.jobs"]
    engine.kick(name)
