from typing import Annotated

import torch
from cog import BaseRunner, Input, Opaque, Path, streaming


class Runner(BaseRunner):
    @streaming
    def run(
        self,
        image: Path = Input(accept="image/*"),
        state: Annotated[torch.Tensor, Opaque] = Input(default=None),
        noted: Annotated[int, "a note"] = 3,
    ) -> Annotated[list[torch.Tensor], Opaque]:
        return []
