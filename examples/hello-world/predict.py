"""Says hello."""

import emoji
from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(self, name: str = Input(description="Who is greeted")) -> str:
        """Run one prediction."""
        return emoji.emojize(f"hello {name} :waving_hand:")
