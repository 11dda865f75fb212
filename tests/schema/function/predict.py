from cog import Input, Path


def predict(text: str = Input(description="What to say"), image: Path = None) -> str:
    return text
