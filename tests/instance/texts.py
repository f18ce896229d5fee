# SPDX-License-Identifier: LGPL-2.1-or-later
"""Copies of the checkout's texts in the instance's folder, where its processes can read them.

They run as other users than root, and a checkout may be in a folder of root's alone.
"""

import shutil
from pathlib import Path, PurePosixPath

PLUGIN = Path(__file__).parents[2] / "plugin"
FOLDER = "texts"    # in the instance's folder
# what `make install` puts into the folder of texts, as the instance sees it
NOTICE_TEXTS = PurePosixPath("/mnt") / FOLDER / "notice"
REFUSAL_TEXTS = PurePosixPath("/mnt") / FOLDER / "policy"


def copy(folder):
    """Copy the texts into a folder, which the instance sees as /mnt."""
    for texts in (NOTICE_TEXTS, REFUSAL_TEXTS):
        copies = Path(folder) / FOLDER / texts.name
        shutil.copytree(PLUGIN / texts.name / "texts", copies, dirs_exist_ok=True)
        for path in (copies.parent, copies, *copies.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
