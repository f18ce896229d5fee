# SPDX-License-Identifier: LGPL-2.1-or-later
"""A Chromium without a window, at a Webmail."""

import json
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from instance import PASSWORD
from instance.wait import wait_for

DESKTOP = (1280, 900)
PHONE = (390, 844)
# A page of PHP's own server takes its time on a machine that is shared.
PATIENCE = 60
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars")


def is_here():
    """True if Chromium and its driver are installed."""
    return bool(shutil.which("chromium") and shutil.which("chromedriver"))


@contextmanager
def chromium(size=DESKTOP, language="en-US"):
    """A driver, whose profile is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="coexist-chromium.") as profile:
        options = Options()
        options.binary_location = shutil.which("chromium")
        for flag in (*FLAGS, f"--user-data-dir={profile}", f"--lang={language}",
                     f"--accept-lang={language}", f"--window-size={size[0]},{size[1]}"):
            options.add_argument(flag)
        driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        try:
            driver.set_page_load_timeout(PATIENCE)
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
                "width": size[0], "height": size[1], "deviceScaleFactor": 1,
                "mobile": size[0] < 600})
            yield driver
        finally:
            driver.quit()


class Page:
    """Settings > POP and quota, as its owner sees it."""

    def __init__(self, driver, webmail):
        self.driver = driver
        self.webmail = webmail

    def log_in(self, user, password=PASSWORD):
        """Log in by the form, and open the page."""
        self.type_login(user, password)
        self.wait(lambda: self.all("#taskmenu"), "the login")
        return self.open()

    def type_login(self, user, password=PASSWORD):
        """Fill the form and press Enter, as somebody who was not here before."""
        self.driver.delete_all_cookies()
        self.driver.get(self.webmail.url)
        self.find("#rcmloginuser").send_keys(user)
        self.find("#rcmloginpwd").send_keys(password + Keys.ENTER)

    def message(self):
        """Return the message that Roundcube shows, which goes away by itself."""
        return self.wait(lambda: self.driver.execute_script(
            "return document.querySelector('#messagestack .alert')?.innerText.trim()"),
            "a message")

    def open(self):
        """Open the page by its address."""
        self.driver.get(f"{self.webmail.url}?_task=settings&_action=plugin.coexist")
        self.wait(lambda: self.all("#coexist"), "the page")
        return self

    # What is there

    def find(self, css):
        return self.wait(lambda: self.all(css), css)[0]

    def all(self, css):
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def text(self, css="#coexist"):
        """Return what can be read there."""
        return self.find(css).text

    def is_open(self, key):
        """True if the key is asked for, False if it is shown, None if neither."""
        found = self.all("#" + _id(key))
        return found[0].tag_name == "fieldset" if found else None

    def answers(self, key):
        """Return the values of the answers, "" for that of the provider."""
        radios = self.all(f"#{_id(key)} input[type=radio]")
        return [radio.get_attribute("value") for radio in radios] or [
            option.get_attribute("value")
            for option in Select(self.find(f"#{_id(key)} select")).options]

    def answer(self, key):
        """Return the value of the answer that is chosen."""
        for radio in self.all(f"#{_id(key)} input[type=radio]"):
            if radio.is_selected():
                return radio.get_attribute("value")
        select = self.find(f"#{_id(key)} select")
        return Select(select).first_selected_option.get_attribute("value")

    def items(self, key):
        """Return {label: ticked} of a list."""
        return {self._label(box): box.is_selected()
                for box in self.all(f"#{_id(key)} input[type=checkbox]")}

    # What an owner does

    def choose(self, key, value):
        """Answer by a radio or in a list of answers."""
        for radio in self.all(f"#{_id(key)} input[type=radio]"):
            if radio.get_attribute("value") == value:
                self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", radio)
                radio.click()
                return
        select = self.find(f"#{_id(key)} select")
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", select)
        Select(select).select_by_value(value)

    def type(self, key, text):
        """Put a number or a date into its field."""
        field = self.find(f"#{_id(key)} .coexist-own")
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
        field.clear()
        field.send_keys(text)

    def tick(self, key, **items):
        """Tick the boxes with these labels, or not; a label may have _ for a blank."""
        for box in self.all(f"#{_id(key)} input[type=checkbox]"):
            label = self._label(box)
            wanted = items.get(label, items.get(label.replace(" ", "_")))
            if wanted is not None and wanted != box.is_selected():
                label = self.find(f"label[for='{box.get_attribute('id')}']")
                self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", label)
                label.click()

    def save(self):
        """Save; return the server's sentence, or '' if it took all of it."""
        return self.submit(lambda: next(
            button for button in self.all("#coexist-save, #coexist-save-clone")
            if button.is_displayed()).click())

    def submit(self, act):
        """Act, and wait for the page that follows; return the server's sentence."""
        self.driver.execute_script("window.coexistIsOld = true")
        act()
        self.wait(lambda: self.driver.execute_script(
            "return !window.coexistIsOld && document.readyState === 'complete' "
            "&& !!document.getElementById('coexist')"), "the answer")
        found = self.all("#coexist-sentence")
        return found[0].text if found else ""

    def press(self, *keys):
        """Press keys wherever the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def focus(self):
        """Return the id of what has the focus."""
        return self.driver.switch_to.active_element.get_attribute("id")

    def dark(self, is_dark=True):
        """Switch the skin's dark mode, at once."""
        self.driver.execute_script(
            "const style = document.createElement('style');"
            "style.textContent = '* { transition: none !important }';"
            "document.head.append(style)")
        self.driver.execute_script(
            "document.documentElement.classList.toggle('dark-mode', arguments[0])", is_dark)

    def problems(self, axe):
        """Return what axe-core, given as its script, calls serious or critical.

        Not of the bars above and below, which are the skin's own.
        """
        self.driver.execute_script(axe)
        self.driver.set_script_timeout(PATIENCE)
        found = self.driver.execute_async_script(
            "const done = arguments[0];"
            "axe.run({include: [['#layout-content']], exclude: [['#layout-content > .header'],"
            "['#layout-content > .footer']]}).then(found => done(JSON.stringify(found.violations)))")
        return [(rule["id"], rule["impact"], [node["html"][:200] for node in rule["nodes"]])
                for rule in json.loads(found) if rule["impact"] in ("serious", "critical")]

    def picture(self, path):
        """Write what can be seen as a PNG."""
        Path(path).write_bytes(self.driver.get_screenshot_as_png())

    def _label(self, box):
        return self.find(f"label[for='{box.get_attribute('id')}']").text

    def wait(self, predicate, what):
        return wait_for(predicate, PATIENCE, what)


def _id(key):
    return "coexist-" + key.replace("_", "-")
