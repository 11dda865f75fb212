from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: int = Input(gt=1),  # error: E1114
        b: list[int] = Input(default_factory=list),  # error: E1114
        c: str = Input("x", "a description"),  # error: E1114
        d: str = Input("x", default="y"),  # error: E1114
        e: str = Input(descripton="x"),  # error: E1114
    ) -> str:
        return ""
