"""The database itself refuses to change or remove an entry, whatever program asks.

A migration copies these statements, for it must not change when this file does; tables made from the models
get them too.
Who owns the database can still drop the triggers: they stop mistakes and borrowed logins, not the operator.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

from campaign.audit.models import AuditEntry

SQLITE = (
    """CREATE TRIGGER audit_entries_stay_unchanged BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END""",
    """CREATE TRIGGER audit_entries_stay BEFORE DELETE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END""",
)

POSTGRESQL = (
    """CREATE OR REPLACE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'audit entries are only ever added'; END $$""",
    """CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()""",
)

_table = AuditEntry.__table__
if isinstance(_table, Table):
    for _dialect, _statements in (("sqlite", SQLITE), ("postgresql", POSTGRESQL)):
        for _statement in _statements:
            event.listen(_table, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect))
