from cog import BasePredictor


class Base(BasePredictor):
    def predict(self, text: str = "x", times: int = 2) -> str:
        return text * times


class MyPredictor(Base):
    def setup(self):
        pass
