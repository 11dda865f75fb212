import enum

from cog import Input


class Kind(enum.Enum):
    ONE = "one"
    TWO = "two"


def default_field(name, text="the "):
    """What every input is."""
    return Input(default=name, description=text + name)
