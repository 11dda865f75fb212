from library import Base
from cog import BaseRunner, Input


class Output(Base):
    text: str


class Runner(BaseRunner):
    def run(self, text: str) -> Output:  # error: E1111
        return "x"
