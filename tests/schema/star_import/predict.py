from cog import *
from typing import *

from shared import *


class Predictor(BasePredictor):
    def predict(self, size: int = Input(choices=SIZES), image: Optional[Path] = None) -> List[str]:
        return []
