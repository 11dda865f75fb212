import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar

from cog import BasePredictor


@dataclass
class Base:
    kind: ClassVar[str] = "x"
    seconds: float


@dataclasses.dataclass(kw_only=True)
class Output(Base):
    text: str
    words: list[str] = field(default_factory=list)


class Predictor(BasePredictor):
    def predict(self, text: str) -> Output:
        return Output(seconds=1.0, text=text)
