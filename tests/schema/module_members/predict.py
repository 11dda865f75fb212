import common
import nested.deep as deep
from nested import other

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, size: int = common.SIZE, name: str = Input(choices=deep.NAMES), level: int = other.LEVEL) -> deep.Output:
        return deep.Output(text="")
