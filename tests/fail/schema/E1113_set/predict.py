from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, name: str = Input(choices={"a", "b"})) -> str:  # error: E1113
        return "x"
