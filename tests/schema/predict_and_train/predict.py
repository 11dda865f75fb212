from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(self, kind: str = Input(choices=["x", "y"])) -> str:
        return kind
