"""Whatever is in a database: its list, brought into an empty one, gives the same database and the same list."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from campaign.db import atomic
from campaign.facilities import service as facilities
from campaign.kit import clock
from campaign.prisoners.cli import prisoners
from campaign.prisoners.documents import Scope
from campaign.prisoners.models import EventKind
from tests.prisoners.people import arrest, happening, made
from tests.prisoners.whole_lists import ACT, WHOLE, databases, empty, exported, fill, restored, told

EXAMPLES = {"sqlite": 15, "postgresql": 4}
WITH_PORTRAITS = Scope(internal=True, portraits=True)


def examples(request) -> int:
    return EXAMPLES[request.node.callspec.params["database_url"]]


def checking(request):
    return settings(
        max_examples=examples(request),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        database=None,
    )


@pytest.mark.parametrize(("form", "scope"), [("json", WITH_PORTRAITS), ("csv", WHOLE)])
def test_a_list_brought_into_an_empty_database_gives_the_same_database(app, request, form, scope):
    @checking(request)
    @given(databases)
    def check(database):
        if form == "csv":
            for each in database[1]:
                each["portrait"] = None
        empty(app)
        fill(app, database)
        before, tables = exported(app, form, scope), told(app)
        again = exported(app, "json", WITH_PORTRAITS)
        empty(app)
        assert set(restored(app, before)) <= {"new"}
        assert exported(app, form, scope) == before
        assert exported(app, "json", WITH_PORTRAITS) == again
        assert told(app) == tables
        assert set(restored(app, before)) <= {"unchanged"}
        assert told(app) == tables

    check()


@pytest.mark.parametrize(("form", "options"), [("json", ["--portraits"]), ("csv", [])])
def test_the_commands_bring_a_list_back_and_then_find_nothing_to_do(app, tmp_path, form, options):
    def run(*arguments):
        done = app.test_cli_runner().invoke(prisoners, [str(each) for each in arguments])
        assert done.exit_code == 0, done.output
        return done.output

    def export(name):
        run("export", "--internal", "--format", form, *options, "--output", tmp_path / name)
        return (tmp_path / name).read_bytes()

    empty(app)
    with app.app_context(), atomic() as session:
        place = facilities.make(session, "Colony №4; =1", language="ru", country="BY", now=clock.now()).id
    moved = happening(EventKind.TRANSFER, "2021?", details={"facility": place}, texts={"be": '"Перавялі"\nі ўсё'})
    health = happening(EventKind.HEALTH, None, public=False, texts={"en": "-ill"}, source="her mother")
    made(app, "'=Ina Open", arrest("2020-10-02"), moved, health, names=["Іна Адкрытая"], family_consent="refused")
    made(app, "Hid Den", happening(EventKind.ARREST, "2021-05"), hidden_at=clock.now())
    with clock.following(lambda: ACT.now):
        before, tables = export("before"), told(app)
        empty(app)
        output = run("import", tmp_path / "before", "--yes")
        assert export("after") == before
        assert told(app) | {"event_batches": [], "import_runs": []} == tables
        again = run("import", tmp_path / "after", "--yes")
        assert told(app) | {"event_batches": [], "import_runs": []} == tables
    assert "2 new" in output, output
    assert "2 unchanged" in again, again
