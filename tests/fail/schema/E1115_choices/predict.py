from typing import Literal
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(choices=["a"]),  # error: E1115
        b: str = Input(choices=["a", 1]),  # error: E1115
        c: int = Input(choices=[1, 2], ge=1),  # error: E1115
        d: Literal["a", "b"] = Input(choices=["a", "b"]),  # error: E1115
        e: Literal["a", "b"] = Input(min_length=1),  # error: E1115
    ) -> str:
        return ""
