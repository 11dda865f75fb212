from enum import Enum, IntEnum

from cog import BasePredictor, Input


class Color(str, Enum):
    RED = "red"
    GREEN = "green"


class Size(IntEnum):
    SMALL = 1
    LARGE = 2


class Predictor(BasePredictor):
    def predict(
        self,
        color: str = Input(choices=[c.value for c in Color], default=Color.RED.value),
        again: str = Input(choices=list(Color), default=Color.GREEN),
        size: int = Input(choices=list(Size), default=Size.SMALL),
        name: str = Input(choices=[s.name for s in Size]),
        raw: str = Color.RED,
    ) -> str:
        return color
