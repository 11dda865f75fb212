from typing import Any, Dict, Optional, TypedDict

from cog import BasePredictor, Input


class Settings(TypedDict):
    size: int


class Predictor(BasePredictor):
    def predict(
        self,
        plain: dict,
        typed: Dict[str, int] = Input(default={"a": 1, "b": 2}),
        settings: Settings = Input(description="as an object"),
        some: Optional[dict] = None,
        anything: Any = Input(default={"deep": [1, {"x": None}]}),
    ) -> dict:
        return plain
