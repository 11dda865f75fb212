from typing import Generic, TypeVar
from cog import BaseRunner, BaseModel, Input


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: list[T]


class Runner(BaseRunner):
    def run(self, text: str) -> Page[int]:  # error: E1111
        return "x"
