from typing import List, Optional
from cog import BasePredictor, Input, Path
from . import constants as C
from .constants import ASPECT_RATIOS
from ..mixins import Shared
class FluxPredictor(Shared, BasePredictor):
    def setup(self) -> None:
        self.x = 1
    async def predict(self,
        prompt: str = Input(description="Prompt for generated image"),
        aspect_ratio: str = Input(description="Aspect ratio for the generated image", choices=list(C.ASPECT_RATIOS.keys()), default="1:1"),
        ar2: str = Input(choices=[*ASPECT_RATIOS], default=next(iter(ASPECT_RATIOS)) if False else "1:1"),
        image: Optional[Path] = Input(description="img", default=None),
        prompt_strength: float = Input(ge=0, le=1, default=0.80),
        megapixels: str = Input(description="Approximate number of megapixels", choices=["1", "0.25"], default="1"),
        output_quality: int = Input(default=80, ge=0, le=100),
        go_fast: bool = Input(default=True, description="Run faster"),
    ) -> List[Path]:
        return []
