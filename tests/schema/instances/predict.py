from dataclasses import dataclass, field
from typing import NamedTuple

import settings
from cog import BasePredictor, Input


@dataclass(frozen=True)
class Model:
    repo: str
    dtype: object = print
    steps: int = 20
    tags: list = field(default_factory=list)
    KIND = "model"


class Point(NamedTuple):
    x: int
    y: int = 2


class Base:
    SIZES = [1, 2]
    NAME = "base"


class Config(Base):
    NAME = "child"

    class Inner:
        NAMES = ("p", "q")

    @classmethod
    def sizes(cls, more=()):
        return cls.SIZES + list(more)


MODELS = {"a": Model("ra", steps=4), "b": Model(repo="rb")}
POINT = Point(1)


class Predictor(BasePredictor):
    def predict(
        self,
        model: str = Input(choices=list(MODELS), description=f"{MODELS['a'].repo} {MODELS['b'].steps}"),
        repo: str = Input(choices=[model.repo for model in MODELS.values()], default=MODELS["b"].repo),
        steps: int = Input(default=MODELS["a"].steps, le=max(model.steps for model in MODELS.values())),
        kind: str = MODELS["a"].KIND,
        point: int = POINT.x + POINT.y,
        size: int = Input(choices=Config.sizes([4]), default=Config.SIZES[0]),
        name: str = Input(choices=Config.Inner.NAMES, description=Config.NAME),
        setting: int = Input(default=settings.settings.steps, le=settings.Settings.MAX),
    ) -> str:
        return ""
