from cog import BasePredictor


class Trainer(BasePredictor):
    def train(self, steps: int = 3) -> str:
        return str(steps)
