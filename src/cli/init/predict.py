from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def setup(self) -> None:
        """Load the model into memory, so that predictions are fast."""

    def predict(self, s: str = Input(description="A text to greet")) -> str:
        """Run one prediction."""
        return "hello " + s
