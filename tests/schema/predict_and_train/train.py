from cog import Input, Path


def train(kind: str = Input(choices=["a", "b"]), steps: int = 3) -> Path:
    return Path(kind)
