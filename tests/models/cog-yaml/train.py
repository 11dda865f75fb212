from cog import Input, Path


def train(data: Path, steps: int = Input(default=10, ge=1)) -> Path:
    return data
