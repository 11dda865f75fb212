from typing import Literal
from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: int = Input(default=0, ge=1),  # error: E1116
        b: int = Input(default=9, le=8),  # error: E1116
        c: str = Input(default="", min_length=1),  # error: E1116
        d: str = Input(default="abc", regex="^x"),  # error: E1116
        e: str = Input(default="c", choices=["a", "b"]),  # error: E1116
        f: Literal["a", "b"] = "c",  # error: E1116
        g: list[int] = Input(default=[1, 9], le=8),  # error: E1116
    ) -> str:
        return ""
