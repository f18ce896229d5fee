"""What holds for all tests."""

from instance import Dovecot


def pytest_collection_modifyitems(config, items):
    """Leave out what is about the other generation of Dovecot."""
    generation = Dovecot.installed().generation

    def is_here(item):
        mark = item.get_closest_marker("only_on")
        return mark is None or mark.args[0] == generation

    gone = [item for item in items if not is_here(item)]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if is_here(item)]
