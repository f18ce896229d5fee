# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plugin's files: what can be said of them without a webmail."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

PLUGIN = Path(__file__).resolve().parents[3] / "examples/roundcube/coexist"
LANGUAGES = sorted(path.name for path in (PLUGIN / "localization").glob("??_??.inc"))
LABEL = re.compile(r"^\$labels\['(\w+)'\] = '(.*)';$", re.M)


def labels(name):
    return dict(LABEL.findall((PLUGIN / "localization" / name).read_text()))


def test_php_can_read_each_file():
    if not shutil.which("php"):
        pytest.skip("php is missing")
    for path in [*PLUGIN.rglob("*.php"), *PLUGIN.rglob("*.inc")]:
        done = subprocess.run(["php", "-l", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_there_are_six_languages():
    assert LANGUAGES == ["ca_ES.inc", "de_DE.inc", "en_US.inc", "es_ES.inc", "fr_FR.inc",
                         "pt_PT.inc"]


@pytest.mark.parametrize("name", LANGUAGES)
def test_each_language_has_each_text(name):
    """With the variables that the English one has."""
    english, here = labels("en_US.inc"), labels(name)
    assert list(here) == list(english)
    for label, text in here.items():
        assert text and set(re.findall(r"\$\w+", text)) == \
            set(re.findall(r"\$\w+", english[label])), label


def test_nothing_is_made_of_text_at_run_time():
    """No eval, no HTML put together in JavaScript, no database."""
    for path in PLUGIN.rglob("*"):
        if path.suffix in (".php", ".js"):
            text = path.read_text()
            assert not re.search(r"\b(eval|innerHTML|insertAdjacentHTML|document\.write|get_dbh|"
                                 r"unserialize|system|exec|\$_GET|\$_REQUEST)\b", text), path
