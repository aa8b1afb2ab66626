"""Bringing the planner's database to the schema of this program.

`upgrade` may be called at every start: it creates what is missing, changes nothing when all is up
to date, and runs in one transaction, so that a failure leaves the database as it was. What goes
wrong is told in one sentence (`DatabaseUnusable`).
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from tools.data.database import open_engine
from tools.data.schema import Base
from tools.errors import ToolError

MIGRATIONS = Path(__file__).with_name("migrations")
_ADVISORY_LOCK = 0x1A7E_2026
"""PostgreSQL serialises programs that start at the same time on this number."""


class DatabaseUnusable(ToolError):
    """The database cannot be opened or upgraded; the message says why and what to do."""


def upgrade(target: Engine | str) -> Engine:
    """The engine of an up-to-date database; creates the file, its folder and all tables.

    Raises `DatabaseUnusable` when the database is unreachable, unwritable, full, damaged, foreign,
    or written by a newer version of this program. A given engine is left open in every case.
    """
    if isinstance(target, Engine):
        with _explained(target):
            _upgrade(target)
        return target
    engine = _open(target)
    try:
        with _explained(engine):
            _upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def head() -> str:
    """Newest schema revision that this program knows."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def revision(engine: Engine) -> str | None:
    """Schema revision of a database; None before the first `upgrade`."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _open(url: str) -> Engine:
    try:
        engine = open_engine(url)
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        raise DatabaseUnusable(
            "DATABASE_URL is not the address of a SQLite or PostgreSQL database; it looks like "
            "postgresql://user:password@host:5432/database or sqlite:////folder/file.db.",
            "DATABASE_URL 不是 SQLite 或 PostgreSQL 数据库的地址；正确的形式如 "
            "postgresql://用户:密码@主机:5432/数据库 或 sqlite:////文件夹/文件.db。",
        ) from error
    database = make_url(url).database
    if engine.dialect.name == "sqlite" and database and database != ":memory:":
        folder = Path(database).expanduser().absolute().parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _cannot_create(folder, error) from error
    return engine


def _cannot_create(folder: Path, error: OSError) -> DatabaseUnusable:
    if error.errno == errno.ENOSPC:
        return DatabaseUnusable(
            f"The disk that should hold {folder} is full: free some space and start again.",
            f"{folder} 所在的磁盘已满：请清理空间后重新启动。",
        )
    return DatabaseUnusable(
        f"The folder {folder} for the database cannot be created ({error.strerror}): "
        "choose another with INVENTORY_HOME or DATABASE_URL.",
        f"无法创建数据库所在的文件夹 {folder}（{error.strerror}）："
        "请用 INVENTORY_HOME 或 DATABASE_URL 指定别的位置。",
    )


def _upgrade(engine: Engine) -> None:
    with _exclusive(engine) as connection:
        _refuse_strangers(connection)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _exclusive(engine: Engine) -> Iterator[Connection]:
    """One transaction in which no other program migrates the same database.

    SQLite rebuilds a table to alter it, which foreign keys would turn into deletions: they are off
    during the transaction and checked before it is committed.
    """
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
            yield connection
            connection.commit()
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise DatabaseUnusable(
                    f"The table {broken[0]} refers to rows that are missing, so the database was "
                    "not upgraded: restore it from a backup.",
                    f"表 {broken[0]} 引用了不存在的记录，数据库未升级：请从备份恢复。",
                )
            connection.commit()
        finally:
            connection.rollback()
            driver.execute("PRAGMA foreign_keys=ON")


def _refuse_strangers(connection: Connection) -> None:
    """A database of a newer program, or one that this program did not create, is left alone."""
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        clashes = sorted(set(inspect(connection).get_table_names()) & set(Base.metadata.tables))
        if clashes:
            raise DatabaseUnusable(
                f"The database already has a table {clashes[0]!r} that was not made by this "
                "program's migrations: give it an empty database.",
                f"数据库中已有不是由本程序创建的表“{clashes[0]}”：请指定一个空的数据库。",
            )
        return
    known = {step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if current not in known:
        raise DatabaseUnusable(
            "The database was written by a newer version of this program: install that version, "
            "or start with another database.",
            "该数据库由本程序的更新版本写入：请安装新版本，或改用另一个数据库。",
        )


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    """Driver errors as one sentence; the address is named without its password."""
    try:
        yield
    except DBAPIError as error:
        name = engine.url.render_as_string(hide_password=True)
        raise _reason(name, str(error.orig), getattr(error.orig, "sqlstate", None)) from error


def _reason(name: str, message: str, sqlstate: str | None) -> DatabaseUnusable:
    said = message.strip().splitlines()[-1] if message.strip() else "no reason given"
    if sqlstate == "53100" or "disk is full" in message or "No space left" in message:
        return DatabaseUnusable(
            f"The disk under the database {name} is full: free some space and start again.",
            f"数据库 {name} 所在的磁盘已满：请清理空间后重新启动。",
        )
    if "readonly" in message or "unable to open" in message or sqlstate == "42501":
        return DatabaseUnusable(
            f"The database {name} cannot be written ({said}): check the permissions of the file, "
            "its folder or the account.",
            f"无法写入数据库 {name}（{said}）：请检查文件、文件夹或账号的权限。",
        )
    if "not a database" in message or "malformed" in message:
        return DatabaseUnusable(
            f"The file {name} is damaged or not a database: restore it from a backup or choose "
            "another file.",
            f"文件 {name} 已损坏或不是数据库：请从备份恢复，或改用别的文件。",
        )
    if "locked" in message:
        return DatabaseUnusable(
            f"The database {name} is in use by another program: close it and start again.",
            f"数据库 {name} 正被其他程序占用：请关闭后重新启动。",
        )
    return DatabaseUnusable(
        f"The database {name} cannot be reached ({said}): check the address, the account and that "
        "the server is running.",
        f"无法连接数据库 {name}（{said}）：请检查地址、账号以及服务器是否在运行。",
    )
