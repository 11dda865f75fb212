from typing import Union

from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, one: int | str, two: Union[int, float, None] = None, three: str | list[str] = Input(default="x")) -> str:
        return ""
