# SPDX-License-Identifier: LGPL-2.1-or-later
"""The logins of tests/system/auth and the administrator of tests/system/doveadm."""

import sys
from pathlib import Path

sys.path += [str(Path(__file__).parents[1] / folder) for folder in ("auth", "doveadm")]
