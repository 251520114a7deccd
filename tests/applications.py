"""Applications for tests, quickly made: what is the same for all of them is worked out once in a process."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from campaign.app import create_app
from campaign.config import Config


class KeptTemplates(BytecodeCache):
    """Jinja's compiled templates, by the checksum of their source."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        found = self._kept.get((bucket.key, bucket.checksum))
        if found is not None:
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


class KeptRule(Rule):
    """A route whose code to build addresses is compiled once: two thirds of the time to make an application."""

    _kept: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}  # noqa: RUF012 - shared on purpose

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults:
            return super()._compile_builder(append_unknown)
        key = self.rule, *self._trace, append_unknown
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


Flask.url_rule_class = KeptRule
_templates = KeptTemplates()


def new_app(config: Config) -> Flask:
    """The application for `config`, as `create_app` makes it."""
    app = create_app(config)
    app.testing = True
    app.jinja_env.bytecode_cache = _templates
    return app
