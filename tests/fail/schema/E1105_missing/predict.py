from cog import BaseRunner, Input


class Runner(BaseRunner):  # error: E1105
    def setup(self):
        pass
