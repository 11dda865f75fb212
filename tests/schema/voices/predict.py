from cog import BasePredictor, Input, Path, BaseModel
from typing import Iterator
LANGS = ["English (US)", "English (British)", "中文", "日本語"]
VOICES = {lang: [f"{lang[:2].lower()}_{i}" for i in range(1, 3)] for lang in ["EN", "FR"]}
ALL = [v for vs in VOICES.values() for v in vs]
DEFAULT_TEXT = (
    "The quick brown fox "
    'jumps over "the" lazy dog. '
    """And
more."""
)
class Predictor(BasePredictor):
    def predict(self, text: str = Input(default=DEFAULT_TEXT, max_length=len(DEFAULT_TEXT) * 10), voice: str = Input(choices=ALL + ["custom"], default=ALL[0]), language: str = Input(choices=LANGS, default=LANGS[2]), speed: float = Input(default=1.0, ge=0.1, le=10.0)) -> Iterator[str]: ...
