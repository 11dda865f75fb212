from typing import NotRequired, TypedDict

from cog import BasePredictor


class Output(TypedDict):
    text: str
    score: NotRequired[float]


class Predictor(BasePredictor):
    def predict(self, text: str) -> Output:
        return {"text": text}
