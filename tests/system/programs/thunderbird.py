# SPDX-License-Identifier: LGPL-2.1-or-later
"""Thunderbird without a screen, which does what its windows are told by Marionette, its
interface for tests."""

import json
import os
import signal
import socket
import subprocess
from contextlib import suppress

from instance import PASSWORD, wait_for

PATIENCE = 60
START = """
const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
"""
STORE_PASSWORDS = """
for (const origin of arguments[0]) {
  const login = Cc["@mozilla.org/login-manager/loginInfo;1"].createInstance(Ci.nsILoginInfo);
  login.init(origin, null, origin, arguments[1], arguments[2], "", "");
  await Services.logins.addLoginAsync(login);
}
"""
# what File, New Message and the button Send do
SEND = """
const fields = Cc["@mozilla.org/messengercompose/composefields;1"].createInstance(
  Ci.nsIMsgCompFields);
fields.to = "bob@example.org";
fields.bcc = arguments[1];
fields.subject = arguments[0];
fields.body = "Good morning";
const params = Cc["@mozilla.org/messengercompose/composeparams;1"].createInstance(
  Ci.nsIMsgComposeParams);
params.composeFields = fields;
params.identity = MailServices.accounts.defaultAccount.defaultIdentity;
params.format = arguments[2] ? Ci.nsIMsgCompFormat.HTML : Ci.nsIMsgCompFormat.PlainText;
const opened = new Promise(resolve => Services.obs.addObserver(function look(window) {
  window.addEventListener("compose-editor-ready", () => {
    Services.obs.removeObserver(look, "domwindowopened");
    resolve(window);
  });
}, "domwindowopened"));
MailServices.compose.OpenComposeWindowWithParams(null, params);
const window = await opened;
const closed = new Promise(resolve => window.addEventListener("unload", resolve));
window.goDoCommand("cmd_sendNow");
await closed;
"""
# the button Get Messages, which waits for nothing; the messages that the Inbox has so far
GET_MESSAGES = """
const account = MailServices.accounts.defaultAccount;
const inbox = account.incomingServer.rootFolder.getFolderWithFlags(Ci.nsMsgFolderFlags.Inbox);
const window = Services.wm.getMostRecentWindow("mail:3pane");
// a dialog would keep this from returning
window.setTimeout(() => inbox.getNewMessages(window.msgWindow, null));
return Array.from(inbox.messages, message => [message.mime2DecodedSubject, message.isRead]);
"""


class Marionette:
    """A connection over which scripts run with the rights of the program."""

    def __init__(self, port):
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self._file = self._socket.makefile("rb")
        self._number = 0
        self._read()        # its greeting
        self.command("WebDriver:NewSession", {
            "capabilities": {"alwaysMatch": {"unhandledPromptBehavior": "ignore"}}})
        self.command("Marionette:SetContext", {"value": "chrome"})
        self.command("WebDriver:SetTimeouts", {"script": PATIENCE * 1000})

    def close(self):
        self._file.close()
        self._socket.close()

    def _read(self):
        size = b""
        while (byte := self._file.read(1)) not in (b":", b""):
            size += byte
        if not size:
            raise ConnectionError("the program has ended")
        return json.loads(self._file.read(int(size)))

    def dialog(self):
        """Return what a dialog says, or None if there is none."""
        with suppress(RuntimeError):
            return self.command("WebDriver:GetAlertText", {})

    def command(self, name, parameters):
        self._number += 1
        text = json.dumps([0, self._number, name, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(text), text))
        _, number, error, result = self._read()
        assert number == self._number
        if error:
            raise RuntimeError(f"{name}: {error['message']}\n{error['stacktrace']}")
        return result and result.get("value")

    def run(self, script, *arguments):
        """Run the body of an asynchronous function; return what it returns."""
        result = self.command("WebDriver:ExecuteAsyncScript", {
            "script": f"const done = arguments[arguments.length - 1];\n{START}\n"
                      f"(async (...arguments) => {{ {script} }})(...arguments).then(\n"
                      "  value => done({ value }), error => done({ error: String(error) }));",
            "args": list(arguments), "newSandbox": False})
        if "error" in result:
            raise RuntimeError(result["error"])
        return result.get("value")


class Thunderbird:
    """One that has an account at the server, by IMAP or POP3; it runs inside `with`."""

    command = "thunderbird"

    def __init__(self, server, user, folder, protocol="imap", prefs=None):
        self.server, self.user, self.protocol = server, user, protocol
        self._folder = folder
        self._process = None
        folder.mkdir(parents=True)
        self._port = free_port()
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});"
                 for name, value in {**self._prefs(), **(prefs or {})}.items()]
        (folder / "user.js").write_text("\n".join(lines) + "\n")

    def _prefs(self):
        host = self.server.host
        incoming = {"type": self.protocol, "hostname": host,
                    "port": self.server.port(self.protocol), "userName": self.user,
                    "socketType": 0, "authMethod": 3, "name": "office",
                    "login_at_startup": False, "check_new_mail": False,
                    "download_on_biff": False}
        local = {"type": "none", "hostname": "Local Folders", "userName": "nobody",
                 "name": "Local Folders"}
        smtp = {"hostname": host, "port": self.server.port("submission"), "username": self.user,
                "try_ssl": 0, "authMethod": 3}
        identity = {"useremail": "alice@example.org", "fullName": "Alice", "valid": True,
                    "smtpServer": "smtp1", "fcc": True, "fcc_folder": self._sent()}
        return {
            **{f"mail.server.server1.{name}": value for name, value in incoming.items()},
            **{f"mail.server.server2.{name}": value for name, value in local.items()},
            **{f"mail.smtpserver.smtp1.{name}": value for name, value in smtp.items()},
            **{f"mail.identity.id1.{name}": value for name, value in identity.items()},
            "mail.account.account1.server": "server1",
            "mail.account.account1.identities": "id1",
            "mail.account.account2.server": "server2",
            "mail.accountmanager.accounts": "account1,account2",
            "mail.accountmanager.defaultaccount": "account1",
            "mail.accountmanager.localfoldersserver": "server2",
            "mail.smtpservers": "smtp1", "mail.smtp.defaultserver": "smtp1",
            "marionette.port": self._port,
            "app.donation.eoy.version.viewed": 999, "mail.rights.version": 1,
            "mailnews.start_page.enabled": False, "mail.spotlight.firstRunDone": True,
            "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
            "toolkit.telemetry.reportingpolicy.firstRun": False,
            "network.connectivity-service.enabled": False,
            "app.update.enabled": False, "extensions.update.enabled": False,
        }

    def _sent(self):
        """Return the folder that it makes its copies in, as the wizard for accounts has it."""
        if self.protocol == "pop3":
            return f"mailbox://{self.user}@{self.server.host}/Sent"
        return f"imap://{self.user}@{self.server.host}/Sent"

    def __enter__(self):
        self._output = (self._folder / "output").open("wb")
        self._process = subprocess.Popen(
            ["thunderbird", "--headless", "--no-remote", "--profile", self._folder,
             "--marionette", "--remote-allow-system-access"],
            stdin=subprocess.DEVNULL, stdout=self._output, stderr=self._output,
            start_new_session=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self._folder), "LC_ALL": "C.UTF-8",
                 "MOZ_CRASHREPORTER_DISABLE": "1"})
        try:
            self.marionette = self._connect()
            self.marionette.run(STORE_PASSWORDS, [f"{scheme}://{self.server.host}" for scheme in
                                                  ("imap", "mailbox", "smtp")],
                                self.user, PASSWORD)
        except BaseException:
            self._end()
            raise
        return self

    def _connect(self):
        def try_once():
            assert self._process.poll() is None, (self._folder / "output").read_text()
            with suppress(ConnectionRefusedError):
                return Marionette(self._port)
        return wait_for(try_once, PATIENCE, "Thunderbird")

    def send(self, subject, bcc="", html=False):
        """Send a message to Bob; return when its window has closed."""
        self.marionette.run(SEND, subject, bcc, html)

    def inbox(self):
        """Begin to get messages; return {subject: is it read?} of what the Inbox shows so far."""
        return dict(self.marionette.run(GET_MESSAGES))

    def dialog(self):
        """Return what a dialog says, or None if there is none."""
        return self.marionette.dialog()

    def __exit__(self, *_):
        self.marionette.close()
        self._end()

    def _end(self):
        # all of its session: a script starts it, and it starts others
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._output.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
