from cog import BasePredictor


class Predictor(BasePredictor):
    def predict(self, text: str) -> dict[str, list[dict[str, int]]]:
        return {}
