import typing as t

import cog
from cog import BasePredictor as Base
from cog import Input as I


class Predictor(Base):
    def predict(self, text: str = I(default="x"), image: cog.Path = cog.Input(), more: t.Optional[t.List[int]] = None) -> cog.Path:
        return image
