from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, text: str, /) -> str:  # error: E1107
        return "x"
