from cog import BaseRunner, Input


class Runer(BaseRunner):
    def run(self, text: str) -> str:
        return text
