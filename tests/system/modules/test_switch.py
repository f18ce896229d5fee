# SPDX-License-Identifier: LGPL-2.1-or-later
"""dovecot-coexist: all of ours in Dovecot's configuration, in force while it can be."""

import json
import os
import poplib
import re
import shutil
import signal
import stat
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from instance import Dovecot
from instance.instance import built_stage
from instance.wait import PATIENCE, wait_for
from spoilt import stage_with_stale, stage_without

pytestmark = pytest.mark.differs("how modules are loaded")
TOP = Path(__file__).parents[3]
GENERATION = Dovecot.installed().generation
INCLUDE = "!include_try /mnt/etc/dovecot-coexist.on\n"
ON = {23: "mail_plugins = $mail_plugins coexist\n"
          "plugin {\n  coexist_pop3_mark_read = never\n}\n",
      24: "mail_plugins {\n  coexist = yes\n}\n"
          "coexist_pop3_mark_read = never\n"}[GENERATION]
MISTAKE = "mail_plugin = coexist\n"
# A store that doveadm knows whether it is on or off, and the gate.
STORE = {23: "plugin {\n  coexist_config = /mnt/etc/coexist.conf.ext\n}\n",
         24: "coexist {\n  dict fs {\n    fs posix {\n      prefix = /mnt/policy/\n"
             "    }\n  }\n}\n"}[GENERATION]
KEY_FILE = "[site]\nstore = fs:posix:prefix=/mnt/policy/\n"
GATE = {23: "passdb {\n  driver = coexist\n  args = /mnt/etc/coexist.conf.ext\n}\n",
        24: "passdb coexist {\n  driver = coexist\n}\n"}[GENERATION]
MODULES = ["lib20_coexist_plugin.so", "libauthdb_coexist.so",
           "lib20_doveadm_coexist_plugin.so", "libcoexist_settings.so"]


def script(folder, **constants):
    """Return a copy of the installed command that looks elsewhere."""
    [installed] = built_stage().rglob("sbin/dovecot-coexist")
    text = installed.read_text()
    for name, value in constants.items():
        text, count = re.subn(rf"(?m)^{name}=.*$", f"{name}={value}", text)
        assert count == 1
    copy = folder / "dovecot-coexist"
    copy.write_text(text)
    copy.chmod(stat.S_IRWXU)
    return copy


# With a Dovecot that runs


@pytest.fixture(scope="module")
def server(start):
    """A stock Dovecot that includes what the switch links."""
    server = start(plugins={}, conf=INCLUDE)
    (server.folder / "etc/dovecot-coexist.conf").write_text(ON)
    script(server.folder / "etc", confdir="/mnt/etc")
    return server


def switch(server, word, check=True):
    """Run the command inside; the Dovecot of before is gone when it is done."""
    def command():
        return server.inside("env", "CONFIG_FILE=/mnt/etc/dovecot.conf",
                             "/mnt/etc/dovecot-coexist", word, check=False)

    reloads = word in ("on", "off", "remove") and check
    done = server.reload_by(command) if reloads else command()
    assert not check or done.returncode == 0, done.stderr
    return done


def marks_read(server):
    """Return whether a download is read in IMAP, as it is with stock Dovecot."""
    maildrop = server.maildrop()
    maildrop.deliver(1)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.quit()
    return maildrop.seen() == [1]


def test_on_and_off_are_one_command_each(server):
    assert marks_read(server)
    assert switch(server, "status", check=False).stdout.startswith("off: dovecot-coexist on ")
    switch(server, "on")
    assert switch(server, "status").stdout == "on: /mnt/etc/dovecot-coexist.conf\n"
    assert not marks_read(server)
    switch(server, "off")
    assert marks_read(server)
    done = switch(server, "status", check=False)
    assert (done.returncode, done.stdout.split(":")[0]) == (1, "off")


def test_it_returns_when_dovecot_obeys(server):
    """What follows in a script may rely on it, however busy Dovecot is."""
    os.kill(server.pid, signal.SIGSTOP)
    try:
        command = subprocess.Popen(
            [*server.enter(), "env", "CONFIG_FILE=/mnt/etc/dovecot.conf",
             "/mnt/etc/dovecot-coexist", "on"])
        with pytest.raises(subprocess.TimeoutExpired):
            command.wait(1)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert command.wait(PATIENCE) == 0


def test_modules_that_came_while_dovecot_runs(start, tmp_path):
    """As after `make install`: the configuration process does not know their settings."""
    name = "settings/libcoexist_settings.so"
    server = start(plugins={}, conf=INCLUDE,
                   modules=stage_without(Path(name).name, tmp_path / "stage"))
    (server.folder / "etc/dovecot-coexist.conf").write_text(ON)
    script(server.folder / "etc", confdir="/mnt/etc")
    assert marks_read(server)
    dovecot = Dovecot.installed()
    shutil.copy(dovecot.staged(built_stage()) / name, server.folder / "settings.so")
    server.inside("cp", "/mnt/settings.so", f"{dovecot.moduledir}/{name}")
    switch(server, "on")
    assert not marks_read(server)


def preflight(server):
    """Return (exit status, {row: status}) of preflight."""
    done = server.doveadm("-f", "json", "coexist", "preflight", check=False)
    return done.returncode, {row["check"]: row["status"] for row in json.loads(done.stdout)}


def test_preflight_knows_the_switch(server):
    switch(server, "on")
    status, found = preflight(server)
    assert (status, found["switch"], found["mail_plugins of pop3"]) == (0, "ok", "ok")
    switch(server, "off")
    status, found = preflight(server)
    assert (status, found["switch"], found["mail_plugins"]) == (0, "note", "note")
    (server.folder / "etc/dovecot-coexist.off").unlink()
    status, found = preflight(server)
    assert (status, found["switch"]) == (78, "fail")


def test_on_again_with_a_mistake_leaves_it_on(server):
    """Dovecot goes on with what it has read."""
    switch(server, "on")
    site = server.folder / "etc/dovecot-coexist.conf"
    site.write_text(ON + MISTAKE)
    done = server.inside("env", "CONFIG_FILE=/mnt/etc/dovecot.conf",
                         "/mnt/etc/dovecot-coexist", "on", check=False)
    site.write_text(ON)
    assert done.returncode == 1
    assert "Error: Dovecot does not take the configuration" in done.stderr
    assert (server.folder / "etc/dovecot-coexist.on").exists()


def test_it_is_not_on_where_nothing_includes_it(server):
    switch(server, "on")
    path = server.folder / "etc/dovecot.conf"
    text = path.read_text()
    path.write_text(text.replace(INCLUDE, ""))
    done = switch(server, "status", check=False)
    status, found = preflight(server)
    path.write_text(text)
    assert (done.returncode, "!include_try dovecot-coexist.on" in done.stdout) == (1, True)
    assert (status, found["mail_plugins"]) == (78, "fail")


def test_an_include_that_is_commented_out_is_none(server):
    switch(server, "on")
    path = server.folder / "etc/dovecot.conf"
    text = path.read_text()
    path.write_text(text.replace(INCLUDE, f"#{INCLUDE}"))
    done = switch(server, "status", check=False)
    path.write_text(text)
    assert (done.returncode, "Dovecot does not read it" in done.stdout) == (1, True)


def test_off_outlives_a_start_of_dovecot(server):
    switch(server, "on")
    switch(server, "off")
    switch(server, "guard")
    assert not (server.folder / "etc/dovecot-coexist.on").exists()
    switch(server, "on")
    switch(server, "guard")
    assert (server.folder / "etc/dovecot-coexist.on").exists()


def test_a_mistake_does_not_reach_a_dovecot_that_runs(server):
    switch(server, "off")
    site = server.folder / "etc/dovecot-coexist.conf"
    site.write_text(ON + MISTAKE)
    done = switch(server, "on", check=False)
    site.write_text(ON)
    assert done.returncode == 1
    assert "dovecot-coexist: Error: it stays off, as Dovecot does not take" in done.stderr
    assert re.search("/dovecot-coexist.on line .*: Unknown setting: mail_plugin", done.stderr)
    assert not (server.folder / "etc/dovecot-coexist.on").exists()
    switch(server, "guard")
    assert not (server.folder / "etc/dovecot-coexist.on").exists()


def test_a_mistake_does_not_keep_dovecot_from_starting(server):
    """A file in the syntax of the other generation, say, that an upgrade has left."""
    site = server.folder / "etc/dovecot-coexist.conf"
    link = server.folder / "etc/dovecot-coexist.on"
    switch(server, "on")
    site.write_text(ON + MISTAKE)
    done = switch(server, "guard")
    assert not link.exists()
    assert re.search("Error: Dovecot does not take /mnt/etc/dovecot-coexist.conf: .*"
                     "Unknown setting: mail_plugin", done.stderr)
    site.write_text(ON)
    assert switch(server, "guard").stderr == ""
    assert link.exists()


def test_the_mistakes_of_others_are_not_ours(server):
    switch(server, "on")
    path = server.folder / "etc/dovecot.conf"
    text = path.read_text()
    path.write_text(text + MISTAKE)
    done = switch(server, "guard")
    path.write_text(text)
    assert done.stderr == ""
    assert (server.folder / "etc/dovecot-coexist.on").exists()


def test_it_returns_when_a_dovecot_obeys_that_could_not_read(server):
    """Dovecot starts no process for a while after one has failed for a mistake."""
    switch(server, "on")
    site = server.folder / "etc/dovecot-coexist.conf"
    site.write_text(ON + MISTAKE)
    try:
        for pid in server.pids("config"):
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: not server.pids("config"), what="the end of config")
        os.kill(server.pid, signal.SIGHUP)
        wait_for(lambda: "service(config): command startup failed" in server.log_text(),
                 what="a failed start")
    finally:
        site.write_text(ON)
    switch(server, "off")
    assert marks_read(server)


def test_a_dovecot_that_can_not_be_told_is_an_error(server):
    switch(server, "on")
    path = server.folder / "etc/dovecot.conf"
    text = path.read_text()
    path.write_text(text + MISTAKE)
    done = switch(server, "off", check=False)
    path.write_text(text)
    assert done.returncode == 1
    assert re.search("Error: Dovecot can't be told, as it does not take its configuration: .*"
                     "Unknown setting: mail_plugin", done.stderr)
    switch(server, "off")
    assert marks_read(server)


def test_a_dovecot_that_goes_on_as_it_was_is_an_error(server):
    switch(server, "on")
    hasty = server.folder / "etc/hasty"
    hasty.mkdir()
    script(hasty, confdir="/mnt/etc", patience=10)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        done = subprocess.run(
            [*server.enter(), "env", "CONFIG_FILE=/mnt/etc/dovecot.conf",
             "/mnt/etc/hasty/dovecot-coexist", "off"],
            capture_output=True, text=True, check=False)
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert done.returncode == 1
    assert "Error: Dovecot has not read its configuration again" in done.stderr
    switch(server, "off")
    assert marks_read(server)


def test_a_policy_while_it_is_off(start):
    """What is stored is not obeyed, and policy set says so."""
    server = start(plugins={}, conf=INCLUDE + STORE, files={
        "dovecot-coexist.conf": GATE, "coexist.conf.ext": KEY_FILE})
    script(server.folder / "etc", confdir="/mnt/etc")
    user = server.maildrop().user

    def deny():
        return server.doveadm("coexist", "policy", "set", "-u", user, "pop3_access=deny",
                              check=False)
    assert "it is not switched on. Run: dovecot-coexist on" in deny().stderr
    switch(server, "on")
    assert (deny().returncode, deny().stderr) == (0, "")
    with pytest.raises(poplib.error_proto, match="POP3"):
        server.pop3(user)
    switch(server, "off")
    done = deny()
    assert done.returncode == 78
    assert ("Stored, and no login by any protocol obeys it: it is switched off. "
            "Run: dovecot-coexist on\n" in done.stderr)
    server.pop3(user).quit()


def test_remove_says_what_pop3_lists_again(server):
    switch(server, "on")
    maildrop = server.maildrop()
    maildrop.deliver(3)
    imap = server.imap(maildrop.user)
    imap.select()
    imap.store("1:2", "+FLAGS", "($POP3Hidden)")
    imap.logout()
    done = switch(server, "remove")
    assert "listed again without dovecot-coexist: 2 messages." in done.stdout
    stays = done.stdout.partition("dovecot-coexist.* stays")[2]
    install, privacy = ((TOP / "doc" / page).read_text() for page in ("install.md", "privacy.md"))
    names = set(re.findall(r"^\| `dovecot-coexist(\.[\w.]+)`", privacy, re.M))
    assert set(re.findall(r"(?<= )\.[a-z]+(?:\.GUID)?", stays)) == names
    assert set(re.findall(r"`(?:dovecot-coexist)?(\.[\w.]+)`", re.search(
        r"^files `dovecot-coexist.state`.*?how to remove them", install, re.M | re.S)[0])) == names
    assert switch(server, "status", check=False).returncode == 1


# At the start of one: what fits is linked, and what does not is an Error


@pytest.fixture
def guard(tmp_path):
    """guard(stage, without_modules) runs the guard; returns the CompletedProcess and
    whether Dovecot would read the configuration."""
    confdir = tmp_path / "etc"
    confdir.mkdir()
    (confdir / "dovecot-coexist.conf").write_text(ON)

    def run(stage, without_modules=None):
        defaults = tmp_path / "default"
        defaults.write_text("" if without_modules is None else
                            f" without_modules = {without_modules} \n")
        command = script(tmp_path, confdir=confdir, defaults=defaults,
                         moduledir=Dovecot.installed().staged(stage))
        done = subprocess.run([command, "guard"], capture_output=True, text=True, check=False)
        return SimpleNamespace(done=done, on=(confdir / "dovecot-coexist.on").exists())
    return run


def test_modules_that_fit_are_in_force(guard):
    result = guard(built_stage())
    assert (result.done.returncode, result.done.stderr, result.on) == (0, "", True)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("spoil, says", [(stage_without, "is not there"),
                                         (stage_with_stale, "is for Dovecot .*ABIv9")],
                         ids=["missing", "stale"])
def test_without_a_module_dovecot_is_stock(guard, tmp_path, module, spoil, says):
    assert guard(built_stage()).on
    result = guard(spoil(module, tmp_path / "stage"))
    assert (result.done.returncode, result.on) == (0, False)
    assert re.search(rf"^dovecot-coexist: Error: \S*{module} {says}.*: install dovecot-coexist "
                     r".*\. Dovecot runs without it: no policy is obeyed$",
                     result.done.stderr.strip())
    assert guard(built_stage()).on


def test_a_configuration_that_is_gone_stops_nobody(guard, tmp_path):
    (tmp_path / "etc/dovecot-coexist.conf").unlink()
    result = guard(built_stage())
    assert (result.done.returncode, result.on) == (0, False)
    assert "dovecot-coexist.conf is not there" in result.done.stderr
    assert guard(built_stage(), without_modules="stop").done.returncode == 1


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_the_administrator_made_is_put_aside_and_comes_back(guard, tmp_path, kind):
    link = tmp_path / "etc/dovecot-coexist.on"
    (tmp_path / "etc/mine.conf").write_text(ON)
    if kind == "link":
        link.symlink_to("mine.conf")
    else:
        link.write_text(ON)
    before = (link.is_symlink(), link.read_text())
    assert guard(built_stage()).on
    assert not guard(stage_without(MODULES[0], tmp_path / "stage")).on
    assert guard(built_stage()).on
    assert (link.is_symlink(), link.read_text()) == before


def test_what_comes_in_brackets_does_not_count(guard, tmp_path):
    """Dovecot 2.3 loads modules of 2.3.21 in 2.3.21.1: apt says that they fit, too."""
    stage = tmp_path / "stage"
    shutil.copytree(built_stage(), stage)
    for path in stage.rglob("*.so"):
        path.write_bytes(re.sub(rb"(?<=ABIv)(\d+)\([\d.]+\)", rb"\1(2.3.x)\0", path.read_bytes()))
    assert guard(stage).on


def test_a_site_may_choose_not_to_run_then(guard, tmp_path):
    stage = stage_without(MODULES[1], tmp_path / "stage")
    result = guard(stage, without_modules="stop")
    assert (result.done.returncode, result.on) == (1, False)
    assert "Dovecot does not start, as " in result.done.stderr
    assert "says without_modules=stop" in result.done.stderr
    assert guard(built_stage(), without_modules="stop").done.returncode == 0
    assert guard(stage, without_modules="run").done.returncode == 0


def test_a_choice_that_is_none_is_named(guard, tmp_path):
    result = guard(stage_without(MODULES[0], tmp_path / "stage"), without_modules="halt")
    assert result.done.returncode == 0
    assert "without_modules=halt, which is neither run nor stop" in result.done.stderr


@pytest.mark.parametrize("choice", ['"stop"', "'stop'", "stop # a policy is a policy",
                                    '"stop"\t#why', "run\nwithout_modules=stop"])
def test_the_choice_as_shells_write_it(guard, tmp_path, choice):
    result = guard(stage_without(MODULES[1], tmp_path / "stage"), without_modules=choice)
    assert (result.done.returncode, result.on) == (1, False)


@pytest.mark.parametrize("choice", ['"run"', "", "# stop", "'run' # not stop"])
def test_the_other_choice_as_shells_write_it(guard, tmp_path, choice):
    result = guard(stage_without(MODULES[1], tmp_path / "stage"), without_modules=choice)
    assert (result.done.returncode, result.on) == (0, False)
    assert "neither" not in result.done.stderr


# When a package goes


@pytest.fixture
def leave(tmp_path):
    """leave(without_modules) is what a package does before it goes; returns the
    CompletedProcess and whether Dovecot would read the configuration."""
    confdir = tmp_path / "etc"
    confdir.mkdir()
    (confdir / "dovecot-coexist.conf").write_text(ON)

    def run(without_modules, is_on=True):
        link = confdir / "dovecot-coexist.on"
        link.unlink(missing_ok=True)
        if is_on:
            link.symlink_to("dovecot-coexist.conf")
        defaults = tmp_path / "default"
        defaults.write_text(f"without_modules={without_modules}\n")
        command = script(tmp_path, confdir=confdir, defaults=defaults, doveconf=tmp_path / "none")
        done = subprocess.run([command, "leave"], capture_output=True, text=True, check=False)
        return SimpleNamespace(done=done, on=link.exists())
    return run


def test_a_package_that_goes_leaves_a_dovecot_that_runs(leave):
    result = leave("run")
    assert (result.done.returncode, result.done.stderr, result.on) == (0, "", False)


def test_a_package_that_goes_leaves_a_site_stopped_that_says_so(leave):
    """apt removes the package to upgrade Dovecot alone."""
    result = leave('"stop"')
    assert (result.done.returncode, result.on) == (0, True)
    assert re.search("Error: dovecot-coexist goes, and without it Dovecot lets nobody in, as .* "
                     "says without_modules=stop. To let it run without: rm .*/dovecot-coexist.on "
                     "&& systemctl restart dovecot", result.done.stderr)


def test_where_it_is_off_a_package_goes_in_silence(leave):
    result = leave("stop", is_on=False)
    assert (result.done.returncode, result.done.stderr, result.on) == (0, "", False)


def test_the_service_runs_the_guard_before_dovecot():
    [drop_in] = built_stage().rglob("dovecot.service.d/coexist.conf")
    [command] = built_stage().rglob("sbin/dovecot-coexist")
    assert (f"ExecStartPre=+/{command.relative_to(built_stage())} guard\n"
            in drop_in.read_text())


def test_each_line_that_is_shipped_works_when_it_is_taken_in(start):
    """Each line of the configuration that is there as a comment."""
    folder = TOP / f"switch/conf-2.{GENERATION - 20}"
    text = re.sub("(?m)^#(?! [^ ])", "", (folder / "dovecot-coexist.conf").read_text())
    text = text.replace("/etc/dovecot/", "/mnt/etc/").replace("/var/lib/dovecot-coexist/",
                                                              "/mnt/policy/")
    site = {path.name: path.read_text().replace("/var/lib/dovecot-coexist/", "/mnt/policy/")
            for path in folder.glob("*.conf.ext")}
    server = start(plugins={"all": ["quota"]}, quota="1M", conf=text, files=site,
                   conf23="plugin {\n  coexist_config = /mnt/etc/dovecot-coexist.conf.ext\n}\n")
    assert marks_read(server)
    maildrop = server.maildrop()
    server.doveadm("coexist", "policy", "set", "-u", maildrop.user, "pop3_access=deny")
    with pytest.raises(poplib.error_proto, match="POP3"):
        server.pop3(maildrop.user)
    server.imap(maildrop.user).logout()
