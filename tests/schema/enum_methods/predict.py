import enum

from cog import BasePredictor, Input


class Model(str, enum.Enum):
    """What there is."""

    FAST = "fast"
    SLOW = "slow"
    QUICK = FAST

    def __str__(self) -> str:
        return self.value

    @property
    def steps(self):
        return 4

    @classmethod
    def choices(cls):
        return [model.value for model in cls]

    @staticmethod
    def default():
        return Model.SLOW.value


class Named(enum.Enum):
    def _generate_next_value_(name, start, count, last_values):
        return name.lower()

    ONE = enum.auto()
    TWO = enum.auto()


@enum.unique
class Config(enum.Enum):
    SMALL = {"size": 1}
    LARGE = {"size": 2}
    _HIDDEN = [3]


class Predictor(BasePredictor):
    def predict(
        self,
        model: str = Input(choices=Model.choices(), default=Model.default()),
        members: str = Input(choices=list(Model.__members__), default=Model["QUICK"].name),
        mapped: str = Input(choices=list(map(lambda model: model.value, Model))),
        named: str = Input(choices=[one.value for one in Named], default=Named.TWO.value),
        config: str = Input(choices=[config._name_ for config in Config]),
        size: int = Config.LARGE.value["size"],
    ) -> str:
        return ""
