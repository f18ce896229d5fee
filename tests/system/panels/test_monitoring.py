# SPDX-License-Identifier: LGPL-2.1-or-later
"""examples/monitoring: what the dashboard and the alerts ask for is what Dovecot says, each
event once, and refusals reach a web service."""

import json
import re
import shutil
import subprocess
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from instance.ports import Ports
from page import TOP
from site_example import SERIES
from wiring import ANVIL, CLIENTS, DOVEADM, NO_PENALTY

pytestmark = pytest.mark.differs("how settings are read")
FOLDER = TOP / "examples/monitoring"
# Whose values are few, whoever logs in from wherever.
LABELS = {"protocol", "reason", "action", "level", "channel", "result"}
PROMTOOL = shutil.which("promtool") or shutil.which(
    "promtool", path="/var/cache/dovecot-coexist/unpacked/usr/bin")
SELECTOR = re.compile(r"(dovecot_\w+)(\{[^}]*\})?")


def expressions():
    """Return all of the dashboard and of the alerts."""
    dashboard = json.loads((FOLDER / "grafana-dashboard.json").read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    alerts = (FOLDER / "alerts.yml").read_text()
    return asked + re.findall(r"expr: (?:>-\n)?((?:.+)(?:\n {10}.+)*)", alerts)


class Receiver(BaseHTTPRequestHandler):
    """A web service that keeps what it is sent."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def receiver():
    service = HTTPServer(("127.0.0.1", 0), Receiver)
    service.received = []
    thread = threading.Thread(target=service.serve_forever)
    thread.start()
    yield service
    service.shutdown()
    thread.join()
    service.server_close()


@pytest.fixture(scope="module")
def ports():
    ports = Ports(["metrics"])
    yield ports.number
    ports.close()


@pytest.fixture(scope="module")
def server(start, ports, receiver):
    text = "".join((FOLDER / f"{name}-{SERIES}.conf").read_text() for name in ("metrics", "webhook"))
    text = text.replace("9900", str(ports["metrics"])).replace("8900", str(receiver.server_port))
    server = start(conf=CLIENTS + NO_PENALTY + ANVIL + DOVEADM + text, gate={},
                   coexist={"pop3_delete": "trash", "pop3_mark_read": "complete"})
    server.store.put("mailbox/user1", pop3_access="deny")
    server.store.put("mailbox/user2", imap_access="deny", pop3_access="deny")
    return server


def metrics(ports):
    """Return {(name, labels as a frozenset of pairs): value}."""
    with urllib.request.urlopen(f"http://127.0.0.1:{ports['metrics']}/metrics", timeout=60) as reply:
        text = reply.read().decode()
    found = {}
    for line in text.splitlines():
        match = re.match(r"(dovecot_\w+)(?:\{(.*)\})? (\S+)$", line)
        if match:
            pairs = re.findall(r'(\w+)="([^"]*)"', match[2] or "")
            found[match[1], frozenset(pairs)] = float(match[3])
    return found


def select(found, selector):
    """Return the values that a selector of PromQL finds."""
    name, braces = selector
    wanted = re.findall(r'(\w+)(!=|=)"([^"]*)"', braces or "")

    def fits(labels):
        labels = dict(labels)
        return all((labels.get(label, "") == value) == (sign == "=") for label, sign, value in wanted)
    return [value for (metric, labels), value in found.items() if metric == name and fits(labels)]


def refuse(server, user, times):
    for _ in range(times):
        with pytest.raises(Exception, match="switched off"):
            server.pop3(user)


def provoke(server):
    """Let each kind of event happen; return how many logins were refused."""
    refuse(server, "user1", 3)
    refuse(server, "user2", 2)
    with pytest.raises(Exception, match="switched off"):
        server.imap("user2")
    maildrop = server.maildrop()
    maildrop.deliver(2)
    with maildrop.pop3() as pop:
        pop.retr(1)
        pop.dele(1)
        pop.quit()
    client = server.imap("user50")
    server.doveadm("coexist", "policy", "set", "-u", "user50", "imap_access=deny")
    client.shutdown()
    server.store.put("mailbox/user51", "no document")
    server.imap("user51").logout()
    return 6


@pytest.fixture(scope="module")
def provoked(server):
    return provoke(server)


def test_each_event_is_counted_once(server, ports, provoked):
    """Wherever the dashboard or an alert adds up."""
    selectors = {match.groups() for text in expressions() for match in SELECTOR.finditer(text)}
    counts = {name: 1.0 for name, _ in selectors}
    counts |= {"dovecot_coexist_refusals_total": float(provoked)}
    # nothing of the kind has happened here
    for name in ("deletions_failed", "expired", "quota_notices", "sent_copies"):
        counts[f"dovecot_coexist_{name}_total"] = 0.0

    def added_up():
        found = metrics(ports)
        sums = {name: sum(select(found, (name, braces))) for name, braces in selectors}
        # a login that goes on may look for the document once more
        errors = "dovecot_coexist_store_errors_total"
        return sums | {errors: min(sums[errors], 1.0)}
    server.wait_for(lambda: added_up() == counts, what=f"{counts}, at last {added_up()}")


def test_what_is_asked_for_is_there(server, ports, provoked):
    """Also what has not happened: its block is of the name, and its labels are."""
    blocks = re.findall(r"^metric (\w+) \{(.*?)^\}", (FOLDER / f"metrics-{SERIES}.conf").read_text(),
                        re.M | re.S)
    labels = {name: set(re.findall(r"group_by (?:= )?([\w ]+)", text)) for name, text in blocks}
    for text in expressions():
        for name, braces in SELECTOR.findall(text):
            block = re.fullmatch(r"dovecot_(\w+)_total", name)[1]
            grouped = {word for line in labels[block] for word in line.split()}
            assert set(re.findall(r"(\w+)!?=", braces)) <= grouped
            # all of the levels but the deepest are left out
            assert bool(grouped) == bool(braces)
    for words in labels.values():
        assert {word for line in words for word in line.split()} <= LABELS


# Minutes since yesterday, and what has happened by then, as promtool writes series.
DAY = 24 * 60
ALERTS = {
    "CoexistStoreErrors": [
        ("dovecot_coexist_store_errors_total", "0x10 1x60", {9: False, 17: True, 40: False})],
    "CoexistRefusalsRise": [
        # as many as yesterday, ten times as many, and where there was none yesterday
        ('dovecot_coexist_refusals_total{protocol="pop3",reason="pop3_access"}',
         f"0+3x{DAY + 60}", {DAY + 45: False}),
        ('dovecot_coexist_refusals_total{protocol="pop3",reason="pop3_access"}',
         f"0+1x{DAY} {DAY}+10x60", {DAY - 5: False, DAY + 45: True}),
        ('dovecot_coexist_refusals_total{protocol="pop3",reason="pop3_access"}',
         f"_x{DAY} 1+10x60", {DAY - 5: False, DAY + 45: True}),
        # what has no reason is the sum of the others
        ('dovecot_coexist_refusals_total{protocol="pop3"}', f"_x{DAY} 1+10x60", {DAY + 45: False})],
    "CoexistDeletionsFail": [
        ("dovecot_coexist_deletions_failed_total", "0x10 1x90", {9: False, 12: True, 80: False})],
    "CoexistNoDownloads": [
        ("dovecot_coexist_downloads_total", f"0+1x{DAY} {DAY}x{DAY + 60}",
         {DAY: False, 2 * DAY + 30: True}),
        ("dovecot_coexist_downloads_total", f"0+1x{2 * DAY + 60}", {2 * DAY + 30: False})],
}


def promtool_test(alert, series, values, firing):
    """Return a test of Prometheus' own for an alert: {minute: whether it is given}."""
    labels = "{reason: pop3_access}" if "reason=" in series else "{}"
    checks = "".join(
        f"      - {{eval_time: {minute}m, alertname: {alert}, exp_alerts: "
        f"{f'[{{exp_labels: {labels}}}]' if given else '[]'}}}\n" for minute, given in firing.items())
    return (f"rule_files: [alerts.yml]\nevaluation_interval: 1m\ntests:\n  - interval: 1m\n"
            f"    input_series: [{{series: '{series}', values: '{values}'}}]\n"
            f"    alert_rule_test:\n{checks}")


@pytest.fixture(params=[pytest.param((alert, *case), id=alert)
                        for alert, cases in ALERTS.items() for case in cases if PROMTOOL])
def alert_case(request):
    return request.param


def test_alerts_are_given_when_they_should(alert_case, tmp_path):
    """By Prometheus itself, where it is."""
    alert, series, values, firing = alert_case
    # whatever it says of the event is not what this is about
    rules = (FOLDER / "alerts.yml").read_text()
    (tmp_path / "alerts.yml").write_text(re.sub(
        r"^ {8}(labels|annotations):\n(?: {10}.*\n)+", "", rules, flags=re.M))
    (tmp_path / "test.yml").write_text(promtool_test(alert, series, values, firing))
    done = subprocess.run([PROMTOOL, "test", "rules", tmp_path / "test.yml"], text=True, check=False,
                          capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run([PROMTOOL, "check", "rules", FOLDER / "alerts.yml"], check=False,
                          capture_output=True)
    assert done.returncode == 0


def test_all_alerts_are_tried():
    assert set(re.findall(r"alert: (\w+)", (FOLDER / "alerts.yml").read_text())) == set(ALERTS)


def test_no_label_is_a_person(server, ports, provoked):
    for (name, labels), _ in metrics(ports).items():
        if name.startswith("dovecot_coexist"):
            assert {label for label, _ in labels} <= LABELS | {"le"}
            assert not any("user" in value or "127." in value for _, value in labels)


def test_refusals_reach_the_web_service(server, receiver, provoked):
    def refusals():
        return [event for event in receiver.received if event["event"] == "coexist_access_denied"]
    server.wait_for(lambda: len(refusals()) >= provoked, what="the events at the web service")
    fields = [event["fields"] for event in refusals()]
    assert sorted((one["user"], one["protocol"], one["reason"]) for one in fields) == sorted(
        [("user1", "pop3", "pop3_access")] * 3 + [("user2", "pop3", "pop3_access")] * 2
        + [("user2", "imap", "imap_access")])
    server.wait_for(lambda: any(event["event"] == "coexist_store_error" for event in receiver.received),
                    what="the store's error")
