from typing import Iterator
from cog import BaseModel, BaseRunner, Path, Input


class Data(BaseModel):
    x: int


class Plain:
    pass


class Runner(BaseRunner):
    def run(
        self,
        a: list[list[int]],  # error: E1112
        b: tuple[int, int],  # error: E1112
        c: Path | str,  # error: E1112
        d: Data,  # error: E1112
        e: Plain,  # error: E1112
        f: Iterator[str],  # error: E1112
        g: set[str],  # error: E1112
        h: None,  # error: E1112
        i: list[int | None],  # error: E1112
    ) -> str:
        return ""
