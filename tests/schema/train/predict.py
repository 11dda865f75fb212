from cog import BaseModel, Input, Path


class TrainingOutput(BaseModel):
    weights: Path


def train(data: Path = Input(description="An archive"), steps: int = Input(default=10, ge=1), kind: str = Input(default="a", choices=["a", "b"])) -> TrainingOutput:
    return TrainingOutput(weights=data)
