import os
from enum import Enum
from typing import Literal, Optional, List
from dataclasses import dataclass
from cog import BasePredictor, Input, Path, BaseModel
from weights import WeightsDownloadCache
from util import SCHEDULERS as SCHED, make_prompt_input, ASPECT, print_gpu

class Mode(str, Enum):
    txt2img = "txt2img"
    img2img = "img2img"

@dataclass
class LoadedModels:
    pipe: "torch.nn.Module"
    t5: object

DEFAULT = "1:1"
STEPS_RANGE = (1, 50)
QUALITY, FORMATS = 80, ("webp", "jpg", "png")
FORMAT_HELP = "Format of the output images: " + " / ".join(f"`{f}`" for f in FORMATS)

class Output(BaseModel):
    images: List[Path]
    seed: int
    nsfw: Optional[List[bool]] = None

class Predictor(BasePredictor):
    def setup(self) -> None:
        self.cache = WeightsDownloadCache()
        self.models = {}
        self.models["x"] = 1

    def base_setup(self): ...

    def predict(
        self,
        prompt: str = make_prompt_input(),
        aspect_ratio: str = Input(choices=list(ASPECT.keys()), default=DEFAULT, description="Aspect ratio"),
        mode: str = Input(choices=[m.value for m in Mode], default=Mode.txt2img.value),
        steps: int = Input(ge=STEPS_RANGE[0], le=STEPS_RANGE[-1], default=STEPS_RANGE[1] // 2 + 3),
        output_format: str = Input(description=FORMAT_HELP, choices=list(FORMATS), default=FORMATS[0]),
        output_quality: int = Input(ge=0, le=100, default=QUALITY),
        scheduler: str = Input(choices=list(SCHED), default=list(SCHED)[0]),
        hf_lora: Optional[str] = Input(default=None, description="HF"),
        lora_scale: float = Input(ge=-1, le=3, default=.8),
        extra_images: List[Path] = Input(default=[]),
    ) -> List[Path]:
        global PIPE
        PIPE = 3
        return []
