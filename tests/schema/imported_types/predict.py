from common.types import SIZES, Output as Result
from helpers import Kind, default_field

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, size: int = Input(choices=SIZES), kind: str = Input(choices=[k.value for k in Kind]), more: str = default_field("more")) -> Result:
        return Result(text="", size=size)
