from enum import Enum
from typing import Literal
from cog import BaseRunner, Input


class Color(Enum):
    RED = "red"


class Runner(BaseRunner):
    def run(
        self,
        a: Literal["a", 1],  # error: E1112
        b: Literal[True],  # error: E1112
        c: Color,  # error: E1112
    ) -> str:
        return ""
