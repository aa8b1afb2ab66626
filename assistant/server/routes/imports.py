"""Files into records: a dry run shows what would change, a commit does exactly that."""

from __future__ import annotations

import json
import shutil
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, UploadFile
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.presentation.serialise import instant_json
from assistant.server.problems import TextModel
from assistant.server.state import Owner, Records, State
from assistant.server.uploads import Uploads, inverted_mapping
from tools.data.imports import TABLES, ImportReport, import_file
from tools.data.schema import Import
from tools.errors import InvalidInput

router = APIRouter(prefix="/api/imports", tags=["imports"])


class Finding(BaseModel):
    """One kind of problem, with how often it occurs and an example in words."""

    kind: str
    severity: str = Field(examples=["warning"])
    count: int
    text: TextModel
    examples: list[str]


class Quality(BaseModel):
    """What was found in a file; `details` is the whole report."""

    summary: TextModel
    findings: list[Finding]
    details: dict[str, Any]


class Trial(BaseModel):
    """What importing a file would change."""

    token: str | None
    file_name: str
    table: str = Field(examples=["sales"])
    rows_read: int
    rows_new: int
    rows_changed: int
    rows_unchanged: int
    mapping: dict[str, str]
    report: Quality
    can_commit: bool


class Committed(BaseModel):
    """What an import changed."""

    rows_changed: int
    data_version: int | None
    report: Quality


class ImportListed(BaseModel):
    """One earlier import."""

    id: int
    file_name: str
    table: str
    rows_read: int
    rows_changed: int
    created_at: str


class ImportList(BaseModel):
    imports: list[ImportListed]
    tables: list[str]


@router.get("", summary="Earlier imports, the newest first")
def list_imports(owner: Owner, engine: Records) -> ImportList:
    with Session(engine) as session:
        found = session.scalars(select(Import).order_by(Import.id.desc()).limit(200))
        listed = [
            ImportListed(
                id=row.id,
                file_name=row.file_name,
                table=row.table_name,
                rows_read=row.rows_read,
                rows_changed=row.rows_changed,
                created_at=instant_json(row.created_at),
            )
            for row in found
        ]
    return ImportList(imports=listed, tables=list(TABLES))


@router.post("", summary="Try a file; nothing is written")
def try_import(
    owner: Owner,
    state: State,
    engine: Records,
    file: UploadFile,
    table: Annotated[str | None, Form(max_length=40)] = None,
    mapping: Annotated[str | None, Form(max_length=10_000)] = None,
) -> Trial:
    """The dry run is the real import, rolled back; `token` commits it."""
    state.upload_limit.check(owner)
    fields = inverted_mapping(_json(mapping))
    path = state.uploads.place(file.filename or "upload")
    try:
        with path.open("wb") as target:
            shutil.copyfileobj(file.file, target)
        report = import_file(engine, path, table or None, fields, dry_run=True)
    except BaseException:
        Uploads.remove(path)
        raise
    can_commit = report.errors == 0 and report.rows_changed > 0
    token = None
    if can_commit:
        token = state.uploads.add(owner, path, report.table, fields).token
    else:
        Uploads.remove(path)
    return Trial(
        token=token,
        file_name=report.file,
        table=report.table,
        rows_read=report.rows_read,
        rows_new=sum(report.added.values()),
        rows_changed=sum(report.changed.values()),
        rows_unchanged=sum(report.unchanged.values()),
        mapping={column: field for field, column in report.mapping.items()},
        report=_quality(report),
        can_commit=can_commit,
    )


@router.post("/{token}/commit", summary="Import a file that was tried")
def commit_import(
    token: Annotated[str, Path(max_length=60)], owner: Owner, state: State, engine: Records
) -> Committed:
    """One transaction; a token works once."""
    upload = state.uploads.take(owner, token)
    try:
        report = import_file(engine, upload.path, upload.table, upload.mapping)
    except BaseException:
        state.uploads.keep_again(upload)
        raise
    Uploads.remove(upload.path)
    return Committed(
        rows_changed=report.rows_changed,
        data_version=report.data_version,
        report=_quality(report),
    )


def _json(text: str | None) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        raise InvalidInput("The mapping is no valid JSON.", "映射不是有效的 JSON。") from None


def _quality(report: ImportReport) -> Quality:
    findings: dict[str, Finding] = {}
    for problem in report.problems:
        found = findings.get(problem.code)
        if found is None:
            found = findings[problem.code] = Finding(
                kind=problem.code,
                severity=problem.severity,
                count=report.counts[problem.code],
                text=_with_count(problem.message, report.counts[problem.code]),
                examples=[],
            )
        if problem.value and len(found.examples) < 5:
            found.examples.append(f"{problem.row}: {problem.value}"[:200])
    summary = report.summary()
    return Quality(
        summary=TextModel(en=summary.en, zh=summary.zh),
        findings=list(findings.values()),
        details=report.as_json(),
    )


def _with_count(message: Any, count: int) -> TextModel:
    if count == 1:
        return TextModel(en=message.en, zh=message.zh)
    return TextModel(
        en=f"{message.en.rstrip('.')} ({count:,} times).",
        zh=f"{message.zh.rstrip('。')}（共 {count:,} 次）。",
    )
