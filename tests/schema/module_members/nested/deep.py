from cog import BaseModel

from .other import LEVEL

NAMES = [f"n{LEVEL}", "m"]


class Output(BaseModel):
    text: str
