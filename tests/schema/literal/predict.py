from typing import Literal, Optional

from cog import BasePredictor, Input

Style = Literal["oil", "ink"]


class Predictor(BasePredictor):
    def predict(self, style: Style = "oil", size: Literal[1, 2, 4] = Input(default=2), maybe: Optional[Literal["x", "y"]] = None) -> Literal["a", "b"]:
        return "a"
