from cog import BasePredictor, Input


class Predictor(BasePredictor):
    def predict(
        self,
        style: str = Input(default="oil", choices=["oil", "ink", "chalk"]),
        size: int = Input(choices=[256, 512, 1024], description="In pixels"),
        mode: str = Input(choices=("fast", "good"), deprecated=True),
    ) -> str:
        return style
