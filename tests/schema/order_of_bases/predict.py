from cog import BasePredictor, Input
class A(BasePredictor):
    def predict(self, a: str) -> str: ...
class B(A): pass
class C(A):
    def predict(self, c: int = Input(ge=1)) -> int: ...
class Predictor(B, C): pass
