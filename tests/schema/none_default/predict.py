from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, seed: int = Input(default=None, description="Random"), name: str = None) -> str:
        return name
