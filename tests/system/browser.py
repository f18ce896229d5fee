# SPDX-License-Identifier: LGPL-2.1-or-later
"""A browser without a screen, for what people see of a panel or a webmail, and for the
pictures in doc/pictures/.

COEXIST_PICTURES names a folder: each picture is also written there.
"""

import os
import shutil
import tempfile
from importlib.util import find_spec
from pathlib import Path

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
# No window, and nothing that is not asked for goes to the network.
OPTIONS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync",
           "--hide-scrollbars", "--force-device-scale-factor=1"]
PATIENCE = 60


def is_installed():
    """Return whether there is a browser, what drives it, and Python's module for that."""
    return bool(CHROMIUM and DRIVER and find_spec("selenium"))


class Browser:
    """A context manager: a browser with nothing remembered, whose page has this size."""

    def __init__(self, width=800, height=1500):
        self._size = width, height
        self._folder = None
        self.driver = None

    def __enter__(self):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self._folder = Path(tempfile.mkdtemp(prefix="coexist-browser."))
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for option in (*OPTIONS, f"--user-data-dir={self._folder}/profile",
                       "--window-size={},{}".format(*self._size)):
            options.add_argument(option)
        self.driver = webdriver.Chrome(service=Service(DRIVER), options=options)
        self.driver.set_page_load_timeout(PATIENCE)
        return self

    def __exit__(self, *_):
        if self.driver is not None:
            self.driver.quit()
        shutil.rmtree(self._folder, ignore_errors=True)

    def open(self, url):
        """Go to a page."""
        self.driver.get(url)

    def find(self, selector):
        """Return the element of a CSS selector, which has to come."""
        from selenium.webdriver.common.by import By
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, PATIENCE).until(
            lambda driver: driver.find_element(By.CSS_SELECTOR, selector))

    def write(self, selector, text):
        """Type a text into a field, in the place of what is there."""
        field = self.find(selector)
        field.clear()
        field.send_keys(text)

    def choose(self, selector, value):
        """Choose a value of a list; return what the list calls it."""
        from selenium.webdriver.support.ui import Select

        select = Select(self.find(selector))
        select.select_by_value(value)
        return select.first_selected_option.text

    def chosen(self, selector):
        """Return (value, what the list calls it) of what is chosen."""
        from selenium.webdriver.support.ui import Select

        option = Select(self.find(selector)).first_selected_option
        return option.get_attribute("value"), option.text

    def leave(self, selector):
        """Click on what leads to another page, and wait until it does."""
        from selenium.webdriver.support import expected_conditions
        from selenium.webdriver.support.ui import WebDriverWait

        element = self.find(selector)
        element.click()
        WebDriverWait(self.driver, PATIENCE).until(expected_conditions.staleness_of(element))

    def picture(self, name, selector, folder):
        """Write a picture of an element as folder/name.png; return its path."""
        path = Path(folder) / f"{name}.png"
        self.find(selector).screenshot(str(path))
        if os.environ.get("COEXIST_PICTURES"):
            shutil.copy(path, os.environ["COEXIST_PICTURES"])
        return path
