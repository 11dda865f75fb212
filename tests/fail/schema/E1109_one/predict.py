from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, text: str):  # error: E1109
        return "x"
