import typing
from typing import TYPE_CHECKING, List

try:
    from cog import BasePredictor, Input, Path
except ImportError:
    Path = str

    def Input(default=None, **kwargs):
        return default

X = str
if TYPE_CHECKING:
    X = List[str]
if typing.TYPE_CHECKING:
    Y = int
else:
    Y = float
if not TYPE_CHECKING:
    Z = bool


def seed_input(description="Random seed", **more):
    """An input of every model."""
    text = f"{description}."
    return Input(description=text, **more)


class Predictor(BasePredictor):
    def predict(self, x: X, y: Y, z: Z, image: Path = Input(description="i"), seed: int = seed_input(default=3)) -> Path:
        return image
