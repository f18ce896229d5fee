"""What holds for all tests."""

from instance import Dovecot

# What the tests of a property walk at commit.
COMMIT_SEEDS = 3


def pytest_addoption(parser):
    parser.addoption("--night", action="store_true",
                     help="run the tests of the night, and no others")
    parser.addoption("--seeds", type=int, default=COMMIT_SEEDS,
                     help="how many random walks a test of a property takes")


def pytest_generate_tests(metafunc):
    """A test that asks for a `seed` runs once for each."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("seeds")))


def pytest_collection_modifyitems(config, items):
    """Leave out what is about the other generation of Dovecot, or of another tier."""
    generation = Dovecot.installed().generation
    night = config.getoption("night")

    def is_here(item):
        mark = item.get_closest_marker("only_on")
        if mark is not None and mark.args[0] != generation:
            return False
        is_walk = "seed" in getattr(item, "fixturenames", ())
        is_nights = item.get_closest_marker("night") is not None
        return (is_nights or is_walk) if night else not is_nights

    gone = [item for item in items if not is_here(item)]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if is_here(item)]
