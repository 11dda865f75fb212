from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, text: [str], more: 3, other: "a b") -> str:  # error: E1111
        return "x"
