"""What holds for all tests."""

from collections import Counter

from instance import Dovecot

# What the tests of a property walk at commit.
COMMIT_SEEDS = 3

# Of the formats that keep many messages in a file each generation of Dovecot tries
# one on each of its versions; maildir is tried everywhere. At night all are.
FORMATS_OF_VERSIONS = {"mdbox": [(2, 3, 19), (2, 4, 5)],
                       "sdbox": [(2, 3, 21), (2, 4, 1)]}


def pytest_addoption(parser):
    parser.addoption("--night", action="store_true",
                     help="run the tests of the night, and no others")
    parser.addoption("--seeds", type=int, default=COMMIT_SEEDS,
                     help="how many random walks a test of a property takes")


def pytest_generate_tests(metafunc):
    """A test that asks for a `seed` runs once for each."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("seeds")))


def has_format(item, name):
    """True if the case is about the storage format."""
    params = getattr(item, "callspec", None)
    return params is not None and any(
        name == value or isinstance(value, tuple) and name in value
        for value in params.params.values())


def is_other_versions(item, version):
    """True if the case is about a format that another version tries."""
    return any(has_format(item, name) and version not in versions
               for name, versions in FORMATS_OF_VERSIONS.items())


def sort_by_size(items):
    """Put the modules of many tests first: the last one to end is a short one then."""
    sizes = Counter(item.nodeid.split("::")[0] for item in items)
    items.sort(key=lambda item: -sizes[item.nodeid.split("::")[0]])


def pytest_collection_modifyitems(config, items):
    """Leave out what is about the other generation of Dovecot, or of another tier."""
    dovecot = Dovecot.installed()
    night = config.getoption("night")

    def is_here(item):
        mark = item.get_closest_marker("only_on")
        if mark is not None and mark.args[0] != dovecot.generation:
            return False
        is_walk = "seed" in getattr(item, "fixturenames", ())
        is_nights = (item.get_closest_marker("night") is not None or
                     is_other_versions(item, dovecot.version))
        return (is_nights or is_walk) if night else not is_nights

    gone = [item for item in items if not is_here(item)]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if is_here(item)]
    sort_by_size(items)
