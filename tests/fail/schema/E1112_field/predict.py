from cog import BaseModel, BaseRunner, Input


class Output(BaseModel):
    pair: tuple[int, int]  # error: E1112


class Runner(BaseRunner):
    def run(self, text: str) -> Output:
        return "x"
