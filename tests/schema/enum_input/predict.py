from enum import Enum

from cog import BasePredictor


class Mode(str, Enum):
    FAST = "fast"
    GOOD = "good"


class Predictor(BasePredictor):
    def predict(self, mode: Mode = Mode.FAST) -> Mode:
        return mode
