from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, numbers: list[int] = Input(default=[1], ge=0, le=9), names: list[str] = Input(choices=["a", "b"], default=["a"])) -> str:
        return ""
