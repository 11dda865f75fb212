from cog import BasePredictor, Input, Path, BaseModel
from languages import LANGUAGES, TO_LANGUAGE_CODE
from typing import Optional, List, Dict

class Segment(BaseModel):
    start: float
    end: float
    text: str

class Out(BaseModel):
    language: str
    text: str
    srt: Optional[Path]

class Predictor(BasePredictor):
    def predict(
        self,
        audio: Path,
        language: str = Input(
            default="en",
            choices=sorted(LANGUAGES.keys()) + sorted([k.title() for k in TO_LANGUAGE_CODE.keys()]),
            description="language spoken in the audio, specify None to perform language detection",
        ),
        names: str = Input(choices=["auto"] + [v.title() for k, v in sorted(LANGUAGES.items(), key=lambda item: item[1])], default="auto"),
    ) -> str:
        return ""
