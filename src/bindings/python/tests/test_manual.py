# SPDX-License-Identifier: MIT
"""The programs of the manual and of the package's README run as they stand there."""
import importlib.util
import pathlib
import re

import numpy as np
import pytest

HERE = pathlib.Path(__file__).resolve()
PAGES = (HERE.parents[1] / "README.md", HERE.parents[4] / "docs/deploying.md")
PROGRAMS = [
    pytest.param(program, id=f"{page.name}-{number}")
    for page in PAGES
    for number, program in enumerate(re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S))
    if "import nntrain" in program  # others read files of nntrain without it
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_runs(program, trained, tmp_path, monkeypatch, draw):
    if re.search("sklearn|Classifier|Regressor", program) and not importlib.util.find_spec("sklearn"):
        pytest.skip("scikit-learn is not installed")
    (tmp_path / "model.safetensors").write_bytes(trained.safetensors.read_bytes())
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs/mine").symlink_to(trained.folder / "run")
    monkeypatch.chdir(tmp_path)
    x = trained.x.astype(np.float32)
    exec(program, {"x": x, "x_train": x, "y_train": np.arange(len(x)) % 3})


def test_there_are_programs():
    assert len(PROGRAMS) >= 3
