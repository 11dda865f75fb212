from typing import Optional, Union

from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def predict(
        self,
        a: Optional[int],
        b: Optional[str] = None,
        c: "int | None" = Input(default=None, ge=0),
        d: float | None = Input(description="may be left out"),
        e: Union[Path, None] = Input(default=None),
        f: None | bool = True,
        g: Optional[str] = "given",
    ) -> str:
        return "x"
