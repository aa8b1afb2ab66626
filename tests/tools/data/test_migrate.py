"""The migrations build exactly the schema of the code, in one piece, and explain what fails."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from tools.data import migrate
from tools.data.database import open_engine, writing
from tools.data.schema import (
    Base,
    Decision,
    Proposal,
    ProposalKind,
)


def checks(engine: Engine) -> dict[str, set[str]]:
    inspector = inspect(engine)
    return {
        table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
        for table in Base.metadata.tables
    }


def test_migrations_build_the_schema_of_the_code(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Base.metadata) == []
    assert migrate.revision(engine) == migrate.head()


def test_migrations_build_the_same_checks_as_the_models(sqlite_engine: Engine) -> None:
    direct = open_engine("sqlite://")
    Base.metadata.create_all(direct)
    assert checks(sqlite_engine) == checks(direct)
    direct.dispose()


def test_upgrade_twice_changes_nothing_and_keeps_rows(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(text("INSERT INTO categories (key, names) VALUES ('a', '{}')"))
    migrate.upgrade(engine)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM categories")) == 1
        if engine.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


def test_upgrade_makes_missing_folders(tmp_path: Path) -> None:
    made = migrate.upgrade(f"sqlite:///{tmp_path}/a/b/records.db")
    assert (tmp_path / "a/b/records.db").exists()
    made.dispose()


def test_decisions_can_only_be_added(engine: Engine) -> None:
    with writing(engine) as session:
        proposal = Proposal(
            kind=ProposalKind.CANCEL_LINE, title={}, payload={}, content_hash="a" * 64
        )
        session.add(proposal)
        session.flush()
        session.add(
            Decision(
                proposal_id=proposal.id,
                action="approve",
                actor="planner",
                at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
                shown_hash="a" * 64,
                effect={},
            )
        )
    attempts = ["UPDATE decisions SET actor = 'other'", "DELETE FROM decisions"]
    if engine.dialect.name == "sqlite":
        attempts.append(
            "INSERT OR REPLACE INTO decisions (id, proposal_id, action, actor, at, reason, "
            "shown_hash, effect) SELECT id, proposal_id, 'reject', actor, at, reason, shown_hash, "
            "effect FROM decisions"
        )
    else:
        attempts.append("TRUNCATE decisions")
    for attempt in attempts:
        with pytest.raises(DBAPIError, match="append-only"), writing(engine) as session:
            session.execute(text(attempt))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT action, actor FROM decisions")).all() == [
            ("approve", "planner")
        ]


def test_newer_schema_is_left_alone(engine: Engine) -> None:
    with writing(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.DatabaseUnusable, match="newer version"):
        migrate.upgrade(engine)
    assert migrate.revision(engine) == "9999"


def test_foreign_database_is_left_alone(tmp_path: Path) -> None:
    other = open_engine(f"sqlite:///{tmp_path}/other.db")
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE items (anything TEXT)"))
    with pytest.raises(migrate.DatabaseUnusable, match="already has a table 'items'"):
        migrate.upgrade(other)
    assert inspect(other).get_table_names() == ["items"]
    other.dispose()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://nobody@127.0.0.1:9/records", "cannot be reached"),
        ("postgresql://nobody:secret@127.0.0.1:9/records", r"nobody:\*\*\*@"),
        ("records.db", "not the address"),
        ("oracle://x", "not the address"),
    ],
)
def test_unusable_address_is_one_sentence(url: str, sentence: str) -> None:
    with pytest.raises(migrate.DatabaseUnusable, match=sentence) as caught:
        migrate.upgrade(url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_damaged_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "records.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    with pytest.raises(migrate.DatabaseUnusable, match="damaged or not a database"):
        migrate.upgrade(f"sqlite:///{tmp_path}/records.db")


def test_full_disk_leaves_nothing_half_made(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    small = open_engine(f"sqlite:///{path}")
    with small.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=20")
        connection.rollback()
    with pytest.raises(migrate.DatabaseUnusable, match=r"disk under .* is full"):
        migrate.upgrade(small)
    assert inspect(small).get_table_names() == []
    small.dispose()
    migrate.upgrade(f"sqlite:///{path}").dispose()


def test_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(migrate.DatabaseUnusable, match="cannot be created"):
        migrate.upgrade(f"sqlite:///{tmp_path}/file/records.db")
