from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, text: Txt, more: int = MORE) -> str:  # error: E1110
        return "x"
