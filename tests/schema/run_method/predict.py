from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, text: str = Input(description="What to say")) -> str:
        return text
