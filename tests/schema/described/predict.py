from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(
        self,
        prompt: str = Input(description="What to draw"),
        steps: int = Input(description="How many steps", default=50, ge=1, le=500),
        guidance: float = Input(description="How close", default=7.5, ge=0, le=20.5),
        image: Path = Input(description="Where to begin"),
    ) -> Path:
        return image
