from cog import BaseRunner, Input


class Trainer:  # error: E1105
    def run(self, text: str) -> str:
        return text
