from cog import BaseModel

SIZES = [1, 2, 3]


class Output(BaseModel):
    text: str
    size: int
